// Judges sessions: does each of their reads show what the session wrote and saw before, or what came after it?
//
// An operation counts for those of its session that began after it had ended. A read must
//   - show each value that the session knew to be there, or a value whose writer had seen it (transitively). It is
//     excused where a delete that had seen it began before the read ended, or where a write may have replaced anything;
//   - show no value that the writer of a known one had seen, nor one that a delete of the session had seen;
//   - show no value that an earlier read of the session no longer showed.
// What was seen is what the history proves (causal_check.hpp), so all of this is sound.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "driver/check/causal_history.hpp"
#include "driver/check/seen_graph.hpp"
#include "driver/check/seen_order.hpp"

namespace kin::check {

struct BrokenSession {
  bool own = false;                // what is broken is about a write of the session itself, else about what it saw
  std::size_t read = 0;            // all three are positions in the history
  std::size_t known = 0;           // what the session had written or seen
  std::optional<std::size_t> old;  // what the read shows although the session is beyond it; else `known` is missing
};

struct SessionVerdict {
  std::vector<BrokenSession> broken;
  bool gave_up = false;  // who had seen whom took too many steps
};

// `may_replace_anything`: writes whose past is not known.
SessionVerdict judge_sessions(const CausalHistory& history, const SeenGraph& graph, SeenOrder& order,
                              const std::function<bool(std::size_t write)>& may_replace_anything);

}  // namespace kin::check
