// What steps of a replica changed that a reader of the traces cannot tell from calls and messages: which writes of
// others arrived, and where conflicts began and ended at this node.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/causality/dot_set.hpp"
#include "common/causality/dotted_entry.hpp"
#include "node/protocols/protocol.hpp"

namespace kin::causal {

struct News {
  // The number of values that people are shown changed, and was or is more than one.
  struct Conflict {
    std::string key;  // bucket, NUL, the client's key
    std::size_t before = 0, now = 0;
    std::vector<Dot> dots;  // of the values that are shown now
  };

  DotSet learnt;  // from peers; no floors
  std::vector<Conflict> conflicts;

  // `before`: how many values were shown.
  void note_conflict(const std::string& key, std::size_t before, const Siblings& now);
};

// As lines of the trace: `learn dots=n1.1:2-5,n2.1:1`, then `conflict-begin`, `conflict-change` or `conflict-end` with
// bucket, key, siblings and their dots.
std::vector<TraceEvent> trace_events(const News& news);

}  // namespace kin::causal
