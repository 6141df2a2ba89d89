// Judges a history of registers: is there, for each key, an order of its operations that explains all that was seen?
//
// The order must put an operation before every other that started after it had ended; and each must see what the ones
// before it left: a read the value that was set last, a cas that swapped the value that it expected, a cas that did not
// swap any other. Before the first write a register holds null. Keys are judged one by one: a history is linearizable
// exactly when each key's part of it is.
//
// What is not ok: an operation with outcome `fail` never took effect. One with `unknown` may have taken effect at any
// time after its start, also after its end, or never. What such an operation showed counts for nothing.
//
// Operations that touch in one nanosecond count as overlapping, also those of one client: nobody can tell which was
// first.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "driver/check/register_history.hpp"
#include "driver/check/register_search.hpp"

namespace kin::check {

struct NotLinearizable {
  std::string key;
  std::string story;  // sentences that name the operations with their lines
  // Positions in the history. No order of this key's operations is longer than `order`, and none of `stuck` can come
  // next after it, although one would have to. An operation with outcome unknown stands in `order` if it must have
  // happened.
  std::vector<std::size_t> order;
  std::vector<std::size_t> stuck;
};

struct LinearizableVerdict {
  std::vector<NotLinearizable> violations;  // at most one a key, in the order of the keys
  std::vector<std::string> not_judged;      // sentences: the keys that took too long

  bool clean() const { return violations.empty() && not_judged.empty(); }
};

// The same history and limits always give the same verdict. What is ok must have an end, and no end is before its start
// (KIN_REQUIRE); read_register_history sees to that.
LinearizableVerdict check_linearizable(const RegisterHistory& history, const SearchLimits& limits = {});

}  // namespace kin::check
