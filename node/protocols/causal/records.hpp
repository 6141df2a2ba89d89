// The causal tier's records on disk. Never change a letter or an order below: stores outlive programs.
//
//   "c"                         the node clock: DotSet
//   "l"                         lives: map of member to newest incarnation
//   "n"                         counts: [keys with a value]
//   "v"                         void dots in the dot map: DotSet
//   "r" member                  what the member last reported: [lives, clock]
//   "E" actor                   last counter of an actor whose life is retired
//   "d" actor counter           dot map: [key], of this dot and of those that follow it, without a gap; at most 128
//   "e" key                     entry: [siblings, stripped context, shadowed dots, pages]; see Entry
//   "o" key number              page of shadowed dots of the key: DotSet; see shadow_pages.hpp
//   "s" key                     entries that tidying has to look at, see Entry::untidy: empty
//   "x" key                     entries in conflict: [siblings shown, wall clock in us when it began]
//
//   key         = bucket, NUL, the client's key
//   actor       = node, NUL, born (8 bytes, big-endian), ordinal (4 bytes, big-endian)
//   pages       = [number of the first, number behind the last]
//   counter     = 8 bytes, big-endian; number too
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/causality/dot.hpp"

namespace kin::causal::records {

inline constexpr std::string_view clock = "c";
inline constexpr std::string_view lives = "l";
inline constexpr std::string_view counts = "n";
inline constexpr std::string_view voids = "v";

std::string report(const NodeId& member);
std::string ended(const Actor& actor);
std::string dot(const Dot& dot);
std::string entry(std::string_view key);
std::string shadow_page(std::string_view key, std::uint64_t number);
std::string untidy(std::string_view key);
std::string conflict(std::string_view key);

// The first record key behind all that start with `prefix`.
std::string behind(std::string prefix);

// What the letter of a record is followed by.
std::string_view tail(std::string_view record);
Actor actor_of_ended(std::string_view record);
Dot dot_of(std::string_view record);  // the first one of a record of the dot map
std::uint64_t counter_of_dot(std::string_view record);

std::string join_key(std::string_view bucket, std::string_view key);
std::string_view bucket_of(std::string_view joined);
std::string_view user_key_of(std::string_view joined);

}  // namespace kin::causal::records
