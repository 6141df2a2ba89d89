// What sessions promise, judged by plain sets: a read shows what its session made or was shown, or what came after it,
// and nothing from before.
#include <algorithm>

#include "driver/sim/causal_oracle.hpp"

namespace kin::sim {

void CausalOracle::wrote_in_session(SessionView& session, const std::string& key, Event event) const {
  SessionView::Key& view = session.keys[key];
  view.own.add(event);
  view.known.join(closure(key, event));
}

void CausalOracle::read_in_session(const NodeId& node, SessionView& session, const std::string& key,
                                   const std::vector<std::string>& values) {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return;
  const Key& history = found->second;
  SessionView::Key& view = session.keys[key];
  const EventSet shown = closure(key, values);
  const auto counts = [&](Event event) {
    return history.writes[event].fate != Fate::never && !history.writes[event].excused;
  };
  const auto deleted = [&](Event event) {
    return std::any_of(history.writes.begin(), history.writes.end(), [&](const Write& write) {
      return !write.value && write.fate != Fate::never && write.seen.has(event);
    });
  };
  const std::string where = node + " shows " + key + " to a session ";
  const auto rule = [&](Event event) { return view.own.has(event) ? "own write missed" : "went back"; };

  view.known.each([&](Event event) {
    const Write& write = history.writes[event];
    if (!counts(event)) return;
    if (write.value && !shown.has(event) && !deleted(event)) {
      wrong(rule(event), where + "without " + name(write, event) + ", nor what had seen it");
    }
    for (const std::string& value : values) {
      const auto one = history.by_value.find(value);
      if (one != history.by_value.end() && write.seen.has(one->second)) {
        wrong(rule(event), where + "with " + name(history.writes[one->second], one->second) + ", although it knows " +
                               name(write, event) + ", whose writer had seen that");
      }
    }
  });
  // What a lost disk alone knew may have removed a value, and the value is back.
  const bool nothing_lost =
      std::none_of(history.writes.begin(), history.writes.end(), [](const Write& write) { return write.excused; });
  for (const std::string& value : values) {
    const auto one = history.by_value.find(value);
    if (one == history.by_value.end() || !nothing_lost || !view.gone.has(one->second)) continue;
    wrong("went back", where + "with " + name(history.writes[one->second], one->second) +
                           ", which an earlier read of it no longer showed");
  }
  view.known.each([&](Event event) {
    const Write& write = history.writes[event];
    const bool still = write.value && std::find(values.begin(), values.end(), *write.value) != values.end();
    if (!still) view.gone.add(event);
  });
  view.known.join(shown);
}

}  // namespace kin::sim
