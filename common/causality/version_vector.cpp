#include "common/causality/version_vector.hpp"

#include <algorithm>

#include "common/causality/erase_where.hpp"

namespace kin {

const char* to_string(Relation relation) {
  switch (relation) {
    case Relation::equal: return "equal";
    case Relation::before: return "before";
    case Relation::after: return "after";
    case Relation::concurrent: return "concurrent";
  }
  return "?";
}

VersionVector::VersionVector(Counts counts) : counts_(std::move(counts)) {
  erase_where(counts_, [](const auto& item) { return item.second == 0; });
}

std::uint64_t VersionVector::at(const NodeId& node) const {
  auto found = counts_.find(node);
  return found == counts_.end() ? 0 : found->second;
}

void VersionVector::raise(const NodeId& node, std::uint64_t count) {
  if (count == 0) return;
  std::uint64_t& held = counts_[node];
  held = std::max(held, count);
}

void VersionVector::join(const VersionVector& other) {
  auto mine = counts_.begin();  // mostly both name the same nodes
  for (const auto& [node, count] : other.counts_) {
    if (mine == counts_.end() || mine->first != node) mine = counts_.try_emplace(node, count).first;
    mine->second = std::max(mine->second, count);
    ++mine;
  }
}

Relation VersionVector::compare(const VersionVector& other) const {
  auto within = [](const VersionVector& a, const VersionVector& b) {
    return std::all_of(a.counts_.begin(), a.counts_.end(),
                       [&](const auto& item) { return item.second <= b.at(item.first); });
  };
  const bool not_above = within(*this, other);
  const bool not_below = within(other, *this);
  if (not_above && not_below) return Relation::equal;
  if (not_above) return Relation::before;
  return not_below ? Relation::after : Relation::concurrent;
}

std::string print_positions(const EntryClock& clock, const std::vector<NodeId>& order) {
  std::string out = "[";
  for (const NodeId& node : order) {
    if (out.size() > 1) out += ',';
    out += std::to_string(clock.at(node));
  }
  for (const auto& [node, count] : clock.counts()) {
    if (std::find(order.begin(), order.end(), node) != order.end()) continue;
    if (out.size() > 1) out += ',';
    out += node + ':' + std::to_string(count);
  }
  return out + ']';
}

}  // namespace kin
