#include "node/protocols/causal/recent_dots.hpp"

namespace kin::causal {

void RecentDots::learn(const Overlay& store, const CausalReplica& replica) {
  if (begun_ && until_ == replica.clock()) return;
  if (begun_) {
    const DotSet::Counters fresh = replica.clock().minus(until_);
    for (const auto& [actor, counters] : fresh) {
      for (const CounterSet::Run& run : counters.runs()) {
        replica.dot_map().scan(store, actor, CounterSet::of(run.first, run.last),
                               [&, who = actor](std::uint64_t counter, const std::string& key) {
                                 order_.push_back({who, counter});
                                 keys_.insert_or_assign(order_.back(), key);
                                 return order_.size() < 2 * most_;  // a full copy may bring any number
                               });
      }
    }
    for (; order_.size() > most_; order_.pop_front()) keys_.erase(order_.front());
  }
  begun_ = true;
  until_ = replica.clock();
}

const std::string* RecentDots::key_of(const Dot& dot) const {
  const auto found = keys_.find(dot);
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace kin::causal
