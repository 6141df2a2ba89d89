#include "driver/sim/name_judge.hpp"

namespace kin::sim {

void NameJudge::shown(const NodeId& node, const std::string& key, const std::vector<wire::ShownSibling>& siblings) {
  std::vector<std::optional<Name>>& names = names_[key];
  for (const wire::ShownSibling& sibling : siblings) {
    const auto event = oracle_.event_of(key, sibling.value);
    if (!event) continue;
    if (*event >= names.size()) names.resize(*event + 1);
    std::optional<Name>& name = names[*event];
    if (name && name->dot == sibling.dot && name->clock == sibling.clock) continue;
    const std::pair value{key, *event};
    const bool alone = named_.emplace(sibling.dot, value).first->second == value;
    if (name || !alone)
      oracle_.wrong("two names", node + " shows " + key + ": " + sibling.value + " under " + to_string(sibling.dot));
    if (!name) name = Name{sibling.dot, sibling.clock};
  }
}

void NameJudge::replaced(const NodeId& node, const std::string& key, const std::string& value, const EntryClock& clock,
                         const std::vector<std::string>& replaced) {
  const std::vector<std::optional<Name>>& names = names_[key];
  for (const std::string& older_value : replaced) {
    const auto older = oracle_.event_of(key, older_value);
    if (!older || *older >= names.size() || !names[*older]) continue;
    if (names[*older]->clock.compare(clock) != Relation::before) {
      oracle_.wrong("clock", node + " shows " + key + ": " + value + " with a clock that is not above that of " +
                                 older_value + ", which it replaced");
    }
  }
}

}  // namespace kin::sim
