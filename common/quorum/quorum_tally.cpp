#include "common/quorum/quorum_tally.hpp"

#include "common/planted.hpp"

namespace kin {

bool QuorumTally::add(const NodeId& member) {
  const bool again = planted(Bug::answer_counted_twice) && has(member);
  return members_.insert(again ? NodeId(member + " again") : member).second && got() == wanted_;
}

}  // namespace kin
