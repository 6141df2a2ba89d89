// The value of a token: which x of a range has the smallest hash.
//
// H(name, x) is the first eight bytes, big-endian, of SHA-256 over the name, one space and x in decimal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/wire/tokens.hpp"
#include "node/protocols/protocol.hpp"

namespace kin::atomic {

// H(name, x).
std::uint64_t token_hash(std::string_view name, std::uint64_t x);

// The minima over [low, mid) and [low, high), low <= mid < high; of equal hashes the smallest x. Hashes each x once.
// Tells the watch how far it is, some thousand numbers apart, and returns nullopt once the watch is cancelled.
// One core hashes some millions of numbers a second where the name is short (tests/bench, scan).
std::optional<wire::TokenValue> scan(std::string_view name, std::uint64_t low, std::uint64_t mid, std::uint64_t high,
                                     JobWatch& watch);

}  // namespace kin::atomic
