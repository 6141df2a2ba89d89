#include "common/causality/dotted_entry.hpp"

#include <algorithm>
#include <set>

namespace kin {

Siblings merge_siblings(Siblings a, const Past& a_past, Siblings b, const Past& b_past) {
  // What b loses is not in a, so a is judged by all that b held.
  std::erase_if(b, [&](const auto& item) { return !a.contains(item.first) && a_past.has(item.first); });
  std::erase_if(a, [&](const auto& item) { return !b.contains(item.first) && b_past.has(item.first); });
  a.merge(b);
  return a;
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

std::vector<const Siblings::value_type*> shown(const Siblings& siblings) {
  std::vector<const Siblings::value_type*> out;
  out.reserve(siblings.size());
  if (siblings.size() == 1) {
    out.push_back(&*siblings.begin());
    return out;
  }
  std::set<std::string_view> operations;
  for (const auto& item : siblings) {
    const std::string& operation = item.second.operation;
    if (operation.empty() || operations.insert(operation).second) out.push_back(&item);
  }
  return out;
}

std::size_t count_shown(const Siblings& siblings) {
  return siblings.size() <= 1 ? siblings.size() : shown(siblings).size();
}

EntryClock next_entry_clock(const NodeId& coordinator, EntryClock context, const Siblings& replaced,
                            const Siblings& stay) {
  for (const auto& [dot, sibling] : replaced) context.join(sibling.clock);
  std::uint64_t own = context.at(coordinator);
  for (const auto& [dot, sibling] : stay) own = std::max(own, sibling.clock.at(coordinator));
  context.raise(coordinator, std::min(own + 1, max_counter));
  return context;
}

}  // namespace kin
