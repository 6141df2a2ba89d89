// What an answer of a node must be like, on the way and in the end.
#include "driver/sim/causal_oracle.hpp"

namespace kin::sim {

void CausalOracle::shows(const NodeId& node, const std::string& key, const std::vector<std::string>& values,
                         std::uint32_t quorum, std::uint64_t acknowledged_before) {
  ++judged_;
  const auto where = [&] { return node + " shows " + key + ": "; };
  const KeyNumber number = number_of(key);
  const Key& history = keys_[number];
  Node& at = nodes_.at(node);
  EventSet shown, covered;
  for (const std::string& value : values) {
    const auto event = event_of(history, value);
    if (!event || history.undone.has(*event)) {
      wrong("thin air", where() + value + ", which nobody wrote");
    } else {
      shown.add(*event);
      covered.join(history.writes[*event].seen);
    }
  }
  if (covered.meets(shown)) judge_shown(history, where(), shown);

  Past& known = pending(at, number);
  known.join(view(at, number).seen);
  bool lost = false;
  for (std::size_t i = 0; i < known.events.words(); ++i) {
    lost = lost || (known.events.word(i) & history.puts.word(i) & ~shown.word(i) & ~history.seen_by_writers.word(i) &
                    ~history.undone.word(i)) != 0;
  }
  if (lost || known.covered.meets(shown)) judge_known(history, where(), known.events, shown);
  if (quorum > 1) judge_quorum(history, where(), shown, quorum, acknowledged_before);
  known.events.join(shown);
  known.events.join(covered);
  known.covered.join(covered);
}

void CausalOracle::judge_shown(const Key& history, const std::string& where, const EventSet& shown) {
  shown.each([&](Event event) {
    const Write& write = history.writes[event];
    shown.each([&](Event other) {
      if (history.writes[other].seen.has(event)) {
        wrong("false conflict", where + name(write, event) + " beside " + name(history.writes[other], other) +
                                    ", whose writer had seen it");
      }
    });
  });
}

void CausalOracle::judge_known(const Key& history, const std::string& where, const EventSet& known,
                               const EventSet& shown) {
  known.each([&](Event event) {
    const Write& write = history.writes[event];
    if (write.fate == Fate::never) return;
    if (write.value && !shown.has(event) && !history.seen_by_writers.has(event) && !history.excused.has(event)) {
      wrong("lost", where + "no longer " + name(write, event) + ", and no writer had seen it");
    }
    shown.each([&](Event other) {
      if (write.seen.has(other)) {
        wrong("resurrected", where + name(history.writes[other], other) + ", although it has " + name(write, event) +
                                 ", whose writer had seen that");
      }
    });
  });
}

void CausalOracle::judge_quorum(const Key& history, const std::string& where, const EventSet& shown,
                                std::uint32_t quorum, std::uint64_t acknowledged_before) {
  EventSet missing = history.acknowledged;
  missing.keep(history.puts);
  missing.drop(shown);
  missing.drop(history.seen_by_writers);
  missing.drop(history.undone);
  missing.each([&](Event event) {
    const Write& write = history.writes[event];
    const bool overlaps = write.acknowledged_at > quorums_count_from_ && write.acknowledged_at <= acknowledged_before &&
                          write.copies + quorum > nodes_.size();
    if (overlaps) {
      wrong("stale quorum", where + "without " + name(write, event) + ", acknowledged by " +
                                std::to_string(write.copies) + " members, read at " + std::to_string(quorum));
    }
  });
}

void CausalOracle::erased(const NodeId& node, const std::string& key, const std::vector<std::string>& values) {
  const Key& history = keys_[number_of(key)];
  for (const std::string& value : values) {
    const auto event = event_of(history, value);
    if (!event) {
      wrong("thin air", node + " says that a write to " + key + " replaced " + value + ", which nobody wrote");
    } else if (!history.seen_by_writers.has(*event) && !history.excused.has(*event)) {
      wrong("erased", node + " let a write to " + key + " replace " + name(history.writes[*event], *event) +
                          ", which no writer had seen");
    }
  }
}

void CausalOracle::in_the_end(const NodeId& node, const std::string& key, const std::vector<std::string>& values) {
  shows(node, key, values);
  settled(node, true);
  const Key& history = at(key);
  EventSet shown;
  for (const std::string& value : values) {
    if (const auto event = event_of(history, value)) shown.add(*event);
  }
  // Shown although it was seen, or neither.
  EventSet odd;
  history.puts.each([&](Event event) {
    if (!history.undone.has(event) && shown.has(event) == history.seen_by_writers.has(event)) odd.add(event);
  });
  odd.each([&](Event event) {
    const Write& write = history.writes[event];
    if (!shown.has(event)) {
      if (history.excused.has(event)) return;
      return wrong("lost", "in the end " + node + " shows " + key + " without " + name(write, event) +
                               ", which no writer had seen" +
                               (write.acknowledged_at > 0 ? "; it was acknowledged" : ""));
    }
    for (Event other = 0; other < history.writes.size(); ++other) {
      const Write& later = history.writes[other];
      if (later.fate == Fate::never || !later.seen.has(event) || history.excused.has(other)) continue;
      wrong("resurrected", "in the end " + node + " shows " + key + ": " + name(write, event) +
                               ", which the writer of " + name(later, other) + " had seen");
    }
  });
}

}  // namespace kin::sim
