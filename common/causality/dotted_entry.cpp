#include "common/causality/dotted_entry.hpp"

#include <algorithm>
#include <set>

namespace kin {

Siblings merge_siblings(const Siblings& a, const Past& a_past, const Siblings& b, const Past& b_past) {
  Siblings live;
  for (const auto& [dot, sibling] : a) {
    if (b.contains(dot) || !b_past.has(dot)) live.emplace(dot, sibling);
  }
  for (const auto& [dot, sibling] : b) {
    if (!a.contains(dot) && !a_past.has(dot)) live.emplace(dot, sibling);
  }
  return live;
}

Siblings take_covered(Siblings& siblings, const DotSet& past) {
  Siblings covered;
  for (auto it = siblings.begin(); it != siblings.end();) {
    auto next = std::next(it);
    if (past.has(it->first)) covered.insert(siblings.extract(it));
    it = next;
  }
  return covered;
}

Siblings shown(const Siblings& siblings) {
  Siblings out;
  std::set<std::string> operations;
  for (const auto& [dot, sibling] : siblings) {
    if (sibling.operation.empty() || operations.insert(sibling.operation).second) out.emplace(dot, sibling);
  }
  return out;
}

EntryClock next_entry_clock(const NodeId& coordinator, EntryClock context, const Siblings& replaced,
                            const Siblings& stay) {
  for (const auto& [dot, sibling] : replaced) context.join(sibling.clock);
  std::uint64_t own = context.at(coordinator);
  for (const auto& [dot, sibling] : stay) own = std::max(own, sibling.clock.at(coordinator));
  context.raise(coordinator, own + 1);
  return context;
}

}  // namespace kin
