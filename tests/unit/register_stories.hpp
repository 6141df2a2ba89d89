// Histories of registers that an atomic register really gave, and a judge that tries every order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>

#include "driver/check/register_history.hpp"

namespace kin::check {

struct TrueRegister {
  std::size_t operations = 1000;
  std::size_t keys = 1;
  int clients = 10;
  int unknown_percent = 3;
  int fail_percent = 3;
};

// What clients of an atomic register did: each operation takes effect at one moment between its start and its end, one
// of unknown outcome perhaps much later or never. Every value is written once.
RegisterHistory true_history(const TrueRegister& shape, std::mt19937_64& random);

// Lets one read show a value that was certainly overwritten before the read began. Returns the read's position; nothing
// when no read of the history can be changed so.
std::optional<std::size_t> make_one_read_stale(RegisterHistory& history, std::mt19937_64& random);

// A few operations on one key with few values and few times, right or wrong by chance.
RegisterHistory any_small_history(std::mt19937_64& random);

// Tries every order of every set of operations that can have happened. For one key and at most seven operations.
bool some_order_explains(const RegisterHistory& history);

}  // namespace kin::check
