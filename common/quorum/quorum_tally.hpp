// Counts the answers of distinct members, and nothing else.
#pragma once

#include <cstdint>
#include <set>

#include "common/causality/dot.hpp"

namespace kin {

class QuorumTally {
 public:
  explicit QuorumTally(std::uint32_t wanted) : wanted_(wanted) {}

  // True when this very answer completed the quorum. A second answer of one member counts nothing.
  bool add(const NodeId& member);

  bool complete() const { return got() >= wanted_; }
  bool has(const NodeId& member) const { return members_.contains(member); }
  std::uint32_t got() const { return static_cast<std::uint32_t>(members_.size()); }
  std::uint32_t wanted() const { return wanted_; }
  const std::set<NodeId>& members() const { return members_; }

 private:
  std::uint32_t wanted_;
  std::set<NodeId> members_;
};

}  // namespace kin
