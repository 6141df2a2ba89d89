// The keys of the dots that came last, in memory: beyond those that the dot map has forgotten already, since all
// members have them. For watchers, who ask again a moment later.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>

#include "node/protocols/causal/replica.hpp"

namespace kin::causal {

class RecentDots {
 public:
  explicit RecentDots(std::size_t most = 50'000) : most_(most) {}

  // What has come since the last call; the first one only notes where to begin.
  void learn(const Overlay& store, const CausalReplica& replica);
  // nullptr for a dot that is not among them.
  const std::string* key_of(const Dot& dot) const;

 private:
  std::size_t most_;
  std::map<Dot, std::string> keys_;
  std::deque<Dot> order_;
  bool begun_ = false;
  DotSet until_;
};

}  // namespace kin::causal
