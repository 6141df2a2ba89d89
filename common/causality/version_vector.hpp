// Version vectors, and the entry clock that people see.
//
// Paper: Parker et al., "Detection of Mutual Inconsistency in Distributed Systems", IEEE TSE 1983.
// No verdict on stored entries is drawn from these vectors: dots decide (see dotted_entry.hpp).
#pragma once

#include <boost/container/flat_map.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "common/causality/dot.hpp"

namespace kin {

enum class Relation { equal, before, after, concurrent };

const char* to_string(Relation relation);

class VersionVector {
 public:
  using Counts = boost::container::flat_map<NodeId, std::uint64_t>;  // few, and copied with every value

  VersionVector() = default;
  // Zero counts are dropped: an absent id and a zero are the same vector.
  explicit VersionVector(Counts counts);

  std::uint64_t at(const NodeId& node) const;
  void raise(const NodeId& node, std::uint64_t count);  // to the larger of both
  void join(const VersionVector& other);
  Relation compare(const VersionVector& other) const;  // `before`: this is smaller
  bool empty() const { return counts_.empty(); }
  const Counts& counts() const { return counts_; }

  bool operator==(const VersionVector&) const = default;

 private:
  Counts counts_;
};

// The seed's vector of one entry. Ticked once by the coordinator of a write, never by a receiver.
using EntryClock = VersionVector;

// [2,1,0,0,0]: the counts of `order`, and after them, as `id:count`, ids that `order` does not name.
std::string print_positions(const EntryClock& clock, const std::vector<NodeId>& order);

}  // namespace kin
