// What sessions promise, judged by plain sets: a read shows what its session made or was shown, or what came after it,
// and nothing from before.
#include <algorithm>

#include "driver/sim/causal_oracle.hpp"

namespace kin::sim {

void CausalOracle::wrote_in_session(SessionView& session, const std::string& key, Event event) const {
  SessionView::Key& view = session.keys[key];
  view.own.add(event);
  view.known.join(event, seen(key, event));
}

void CausalOracle::read_in_session(const NodeId& node, SessionView& session, const std::string& key,
                                   const std::vector<std::string>& values) {
  const Key* history = find(key);
  if (history == nullptr) return;
  SessionView::Key& view = session.keys[key];
  EventSet values_shown, covered;
  for (const std::string& value : values) {
    const auto event = event_of(*history, value);
    if (!event) continue;
    values_shown.add(*event);
    covered.join(history->writes[*event].seen);
  }
  EventSet shown = values_shown;
  shown.join(covered);
  EventSet missing = view.known.events;
  missing.keep(history->puts);
  missing.drop(shown);
  missing.drop(history->seen_by_deletes);
  missing.drop(history->undone);
  missing.drop(history->excused);
  if (!missing.empty() || view.known.covered.meets(values_shown)) judge_session(node, view, key, values, shown);

  // What a lost disk alone knew may have removed a value, and the value is back.
  if (history->excused.empty() && view.gone.meets(values_shown)) {
    for (const std::string& value : values) {
      const auto back = event_of(*history, value);
      if (!back || !view.gone.has(*back)) continue;
      wrong("went back", node + " shows " + key + " to a session with " + name(history->writes[*back], *back) +
                             ", which an earlier read of it no longer showed");
    }
  }
  EventSet gone = view.known.events;
  gone.drop(values_shown);
  view.gone.join(gone);
  view.known.events.join(shown);
  view.known.covered.join(covered);
}

void CausalOracle::judge_session(const NodeId& node, const SessionView::Key& view, const std::string& key,
                                 const std::vector<std::string>& values, const EventSet& shown) {
  const Key& history = at(key);
  const std::string where = node + " shows " + key + " to a session ";
  const auto rule = [&](Event event) { return view.own.has(event) ? "own write missed" : "went back"; };
  view.known.events.each([&](Event event) {
    const Write& write = history.writes[event];
    if (write.fate == Fate::never || history.excused.has(event)) return;
    if (write.value && !shown.has(event) && !history.seen_by_deletes.has(event)) {
      wrong(rule(event), where + "without " + name(write, event) + ", nor what had seen it");
    }
    for (const std::string& value : values) {
      const auto older = event_of(history, value);
      if (!older || !write.seen.has(*older)) continue;
      wrong(rule(event), where + "with " + name(history.writes[*older], *older) + ", although it knows " +
                             name(write, event) + ", whose writer had seen that");
    }
  });
}

}  // namespace kin::sim
