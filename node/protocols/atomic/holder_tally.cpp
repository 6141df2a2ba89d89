#include "node/protocols/atomic/holder_tally.hpp"

#include <algorithm>

#include "common/planted.hpp"

namespace kin::atomic {

bool HolderTally::add(const NodeId& holder, const Incarnation& life, const Disks& disks) {
  const bool was_complete = complete();
  if (planted(Bug::holder_counted_twice) && answered_.contains(holder)) tally_.add(NodeId(holder + " again"));
  Incarnation& newest = answered_[holder];
  newest = std::max(newest, life);
  if (join(disks_, disks)) {
    count_anew();
  } else if (const auto disk = disks_.find(holder); disk == disks_.end() || newest >= disk->second) {
    tally_.add(holder);
  }
  return complete() && !was_complete;
}

void HolderTally::count_anew() {
  tally_ = QuorumTally(tally_.wanted());
  for (const auto& [holder, life] : answered_) {
    const auto disk = disks_.find(holder);
    if (disk == disks_.end() || life >= disk->second) tally_.add(holder);
  }
}

}  // namespace kin::atomic
