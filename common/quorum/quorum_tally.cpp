#include "common/quorum/quorum_tally.hpp"

namespace kin {

bool QuorumTally::add(const NodeId& member) { return members_.insert(member).second && got() == wanted_; }

}  // namespace kin
