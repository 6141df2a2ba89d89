// Judges what nodes tell of a conflict: the last version that all its writers had seen, and who had not seen whom, must
// be what the plain sets of the oracle say. Where a node says that it cannot be certain, it must still name nothing
// that a writer had not seen.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/causality/common_past.hpp"
#include "common/wire/replies.hpp"
#include "driver/sim/causal_oracle.hpp"

namespace kin::sim {

class StoryJudge {
 public:
  // The oracle outlives the judge.
  explicit StoryJudge(CausalOracle& oracle) : oracle_(oracle) {}

  // The write's dot, as its coordinator told it.
  void named(const Dot& dot, CausalOracle::Event event) { events_[dot] = event; }
  // A node's answer about a key. Of the values that it shows the oracle knows all.
  void judge(const NodeId& node, const std::string& key, const wire::ExplainReply& reply);

  std::uint64_t judged() const { return judged_; }        // accounts of conflicts, held against the sets
  std::uint64_t uncertain() const { return uncertain_; }  // those that say so, not counted above

 private:
  void judge_who_had_seen(const std::string& where, const std::vector<ToldVersion>& told,
                          const std::vector<wire::ToldSibling>& siblings);

  CausalOracle& oracle_;
  std::map<Dot, CausalOracle::Event> events_;
  std::uint64_t judged_ = 0, uncertain_ = 0;
};

}  // namespace kin::sim
