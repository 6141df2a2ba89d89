// Counts the answers of distinct holders, except those that the answering holder may have forgotten since.
//
// A holder that lost its disk asks the others before it takes part again. But an answer that it gave before may still
// be under way, and may be the one that completes a quorum with holders which had nothing to tell when it asked them:
//
//   of w, a, b, c, d: w and a hold a change, a's answer is late. a loses its disk, asks b, c, d, who know nothing of
//   the change, and goes on. Then b takes the change and answers. With a's late answer that would be three, but a
//   quorum of a, c, d does not have it.
//
// So answers name the holders that were heard to have lost their disks (Disks), and what came from before that does not
// count. Every quorum has a member in common with those whom a asked; it either told a of the change, or tells us of a.
// The idea: Michael, Ports, Sharma, Szekeres, "Recovering Shared Objects Without Stable Storage", DISC 2017 (crash
// vectors).
#pragma once

#include <cstddef>

#include "common/quorum/quorum_tally.hpp"
#include "node/protocols/atomic/token_record.hpp"

namespace kin::atomic {

class HolderTally {
 public:
  explicit HolderTally(std::size_t wanted) : tally_(static_cast<std::uint32_t>(wanted)) {}

  // An answer of the holder's process `life`, which knew of these disks. True when this very answer completed it.
  bool add(const NodeId& holder, const Incarnation& life, const Disks& disks);

  bool complete() const { return tally_.complete(); }
  bool has(const NodeId& holder) const { return tally_.has(holder); }
  std::uint32_t got() const { return tally_.got(); }
  std::uint32_t wanted() const { return tally_.wanted(); }

 private:
  void count_anew();

  QuorumTally tally_;
  std::map<NodeId, Incarnation> answered_;  // by which process
  Disks disks_;
};

}  // namespace kin::atomic
