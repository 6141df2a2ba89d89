// What a node keeps of a conflict beside the entry: only while it lasts, only for people, and not the same everywhere.
#pragma once

#include <boost/container/flat_map.hpp>
#include <cstdint>
#include <vector>

#include "common/causality/dotted_entry.hpp"

namespace kin::causal {

struct ConflictRecord {
  std::uint32_t siblings = 0;  // that are shown
  std::uint64_t since_us = 0;  // this node's wall clock when it first held more than one value
  // When it took in each value that is there; of those from before the conflict nothing is known.
  boost::container::flat_map<Dot, std::uint64_t> arrived_us;

  template <class V>
  void fields(V& v) {
    v.template with_added<2>(siblings, since_us, arrived_us);
  }
};

// The record after the siblings of a key changed and several are shown. `before`: the dots of those that were there.
ConflictRecord next_conflict(const ConflictRecord& last, const std::vector<Dot>& before, const Siblings& now,
                             std::uint64_t wall_us);

}  // namespace kin::causal
