#include "driver/sim/causal_oracle.hpp"

#include <algorithm>
#include <utility>

namespace kin::sim {

CausalOracle::CausalOracle(const std::vector<NodeId>& nodes) {
  for (const NodeId& node : nodes) nodes_[node];
}

std::string CausalOracle::name(const Write& write, Event event) {
  return (write.value ? write.value->substr(0, write.value->find('.')) : "delete #" + std::to_string(event)) +
         " (written at " + write.node + ")";
}

void CausalOracle::wrong(const char* rule, std::string story) { violations_.push_back({rule, std::move(story)}); }

CausalOracle::Event CausalOracle::wrote(const NodeId& node, const std::string& key,
                                        const std::optional<std::string>& value, const EventSet& seen) {
  Key& history = keys_[key];
  const Event event = history.writes.size();
  history.writes.push_back({value, node, seen, Fate::stepped, 1, 0, {}, lost_disks_.size(), false, false});
  if (value) history.by_value.emplace(*value, event);
  history.seen_by_writers.join(seen);
  Node& at = nodes_.at(node);
  at.writes.emplace_back(key, event);
  EventSet& pending = at.pending[key];
  pending.join(seen);
  pending.add(event);
  return event;
}

void CausalOracle::never_happened(const std::string& key, Event event) {
  Key& history = keys_.at(key);
  Write& write = history.writes.at(event);
  write.fate = Fate::never;
  // Its node has not seen what only this write's context named.
  Node& at = nodes_.at(write.node);
  EventSet& pending = at.pending[key] = {};
  for (const auto& [other_key, other] : at.writes) {
    if (other_key != key || history.writes[other].fate == Fate::never) continue;
    pending.join(history.writes[other].seen);
    pending.add(other);
  }
  history.seen_by_writers = {};
  for (const Write& other : history.writes) {
    if (other.fate != Fate::never) history.seen_by_writers.join(other.seen);
  }
}

void CausalOracle::acknowledged(const std::string& key, Event event, std::uint32_t copies) {
  Write& write = keys_.at(key).writes.at(event);
  // These may have acknowledged it with the disk that they lost since.
  const std::set<NodeId> lost(lost_disks_.begin() + static_cast<std::ptrdiff_t>(write.lost_disks_before),
                              lost_disks_.end());
  const auto uncertain = static_cast<std::uint32_t>(lost.size());
  write.copies = std::max(write.copies, copies - std::min(copies, uncertain));
  if (write.acknowledged_at == 0) write.acknowledged_at = ++acknowledgements_;
  if (copies < nodes_.size()) return;
  for (const auto& [node, state] : nodes_) {
    if (!lost.contains(node)) write.known_at.insert(node);
  }
}

void CausalOracle::promised(const std::string& key, Event event) { keys_.at(key).writes.at(event).promised = true; }

EventSet CausalOracle::closure(const std::string& key, const std::vector<std::string>& values) const {
  EventSet out;
  const auto found = keys_.find(key);
  if (found == keys_.end()) return out;
  for (const std::string& value : values) {
    const auto event = found->second.by_value.find(value);
    if (event != found->second.by_value.end()) out.join(closure(key, event->second));
  }
  return out;
}

EventSet CausalOracle::closure(const std::string& key, Event event) const {
  EventSet out = keys_.at(key).writes.at(event).seen;
  out.add(event);
  return out;
}

const EventSet& CausalOracle::seen(const std::string& key, Event event) const {
  return keys_.at(key).writes.at(event).seen;
}

std::optional<CausalOracle::Event> CausalOracle::event_of(const std::string& key, const std::string& value) const {
  const auto history = keys_.find(key);
  if (history == keys_.end()) return std::nullopt;
  const auto event = history->second.by_value.find(value);
  if (event == history->second.by_value.end()) return std::nullopt;
  return event->second;
}

void CausalOracle::shows(const NodeId& node, const std::string& key, const std::vector<std::string>& values,
                         std::uint32_t quorum, std::uint64_t acknowledged_before) {
  ++judged_;
  const std::string where = node + " shows " + key + ": ";
  Key& history = keys_[key];
  Node& at = nodes_.at(node);
  EventSet shown;
  for (const std::string& value : values) {
    const auto found = history.by_value.find(value);
    if (found == history.by_value.end() || history.writes[found->second].fate == Fate::never) {
      wrong("thin air", where + value + ", which nobody wrote");
    } else {
      shown.add(found->second);
    }
  }
  EventSet closed = shown;
  shown.each([&](Event event) { closed.join(history.writes[event].seen); });
  shown.each([&](Event event) {
    const Write& write = history.writes[event];
    shown.each([&](Event other) {
      if (history.writes[other].seen.has(event)) {
        wrong("false conflict", where + name(write, event) + " beside " + name(history.writes[other], other) +
                                    ", whose writer had seen it");
      }
    });
  });

  EventSet& pending = at.pending[key];
  if (auto durable = at.seen.find(key); durable != at.seen.end()) pending.join(durable->second);
  pending.each([&](Event event) {
    const Write& write = history.writes[event];
    if (write.fate == Fate::never) return;
    if (write.value && !shown.has(event) && !history.seen_by_writers.has(event)) {
      wrong("lost", where + "no longer " + name(write, event) + ", and no writer had seen it");
    }
    shown.each([&](Event other) {
      if (write.seen.has(other)) {
        wrong("resurrected", where + name(history.writes[other], other) + ", although it has " + name(write, event) +
                                 ", whose writer had seen that");
      }
    });
  });
  if (quorum > 1) {
    for (Event event = 0; event < history.writes.size(); ++event) {
      const Write& write = history.writes[event];
      const bool overlaps = write.value && write.fate != Fate::never && write.acknowledged_at > quorums_count_from_ &&
                            write.acknowledged_at <= acknowledged_before && write.copies + quorum > nodes_.size();
      if (overlaps && !shown.has(event) && !history.seen_by_writers.has(event)) {
        wrong("stale quorum", where + "without " + name(write, event) + ", acknowledged by " +
                                  std::to_string(write.copies) + " members, read at " + std::to_string(quorum));
      }
    }
  }
  pending.join(closed);
}

void CausalOracle::erased(const NodeId& node, const std::string& key, const std::vector<std::string>& values) {
  const Key& history = keys_[key];
  for (const std::string& value : values) {
    const auto found = history.by_value.find(value);
    if (found == history.by_value.end()) {
      wrong("thin air", node + " says that a write to " + key + " replaced " + value + ", which nobody wrote");
    } else if (!history.seen_by_writers.has(found->second)) {
      wrong("erased", node + " let a write to " + key + " replace " +
                          name(history.writes[found->second], found->second) + ", which no writer had seen");
    }
  }
}

void CausalOracle::settled(const NodeId& node, bool durable) {
  Node& at = nodes_.at(node);
  if (durable) {
    for (auto& [key, events] : at.pending) {
      Key& history = keys_.at(key);
      events.each([&](Event event) { history.writes[event].known_at.insert(node); });
      at.seen[key].join(events);
    }
  }
  for (const auto& [key, event] : at.writes) {
    Write& write = keys_.at(key).writes[event];
    if (write.fate != Fate::stepped) continue;
    if (durable) {
      write.fate = Fate::happened;
    } else {
      if (write.promised)
        wrong("lost", node + " told that " + key + ": " + name(write, event) + " is applied, too early");
      never_happened(key, event);
    }
  }
  at.writes.clear();
  at.pending.clear();
}

void CausalOracle::forgot(const NodeId& node) {
  nodes_.at(node).seen.clear();
  lost_disks_.push_back(node);
  quorums_count_from_ = acknowledgements_;
  for (auto& [key, history] : keys_) {
    for (Write& write : history.writes) {
      write.known_at.erase(node);
      if (write.copies > 0) --write.copies;
      if (write.fate == Fate::never || write.excused || !write.known_at.empty() || write.copies > 0) continue;
      write.excused = true;
      ++excused_;
    }
  }
}

void CausalOracle::in_the_end(const NodeId& node, const std::string& key, const std::vector<std::string>& values) {
  shows(node, key, values);
  settled(node, true);
  const Key& history = keys_.at(key);
  for (Event event = 0; event < history.writes.size(); ++event) {
    const Write& write = history.writes[event];
    if (write.fate == Fate::never || !write.value) continue;
    const bool shown = std::find(values.begin(), values.end(), *write.value) != values.end();
    bool seen = false;
    for (Event other = 0; other < history.writes.size(); ++other) {
      const Write& later = history.writes[other];
      if (later.fate == Fate::never || !later.seen.has(event)) continue;
      seen = true;
      if (shown && !later.excused) {
        wrong("resurrected", "in the end " + node + " shows " + key + ": " + name(write, event) +
                                 ", which the writer of " + name(later, other) + " had seen");
      }
    }
    if (!shown && !seen && !write.excused) {
      wrong("lost", "in the end " + node + " shows " + key + " without " + name(write, event) +
                        ", which no writer had seen" + (write.acknowledged_at > 0 ? "; it was acknowledged" : ""));
    }
  }
}

std::vector<std::string> CausalOracle::keys() const {
  std::vector<std::string> out;
  for (const auto& [key, history] : keys_) out.push_back(key);
  return out;
}

std::vector<std::string> CausalOracle::story(const std::string& key) const {
  std::vector<std::string> out;
  const auto found = keys_.find(key);
  if (found == keys_.end()) return out;
  for (Event event = 0; event < found->second.writes.size(); ++event) {
    const Write& write = found->second.writes[event];
    std::string line = name(write, event);
    if (write.fate == Fate::never) line += ", never happened";
    if (write.acknowledged_at > 0) line += ", acknowledged with " + std::to_string(write.copies) + " copies";
    if (write.excused) line += ", only known to a disk that was lost";
    line += ", had seen:";
    EventSet told = write.seen;  // the newest ones: what they had seen goes without saying
    write.seen.each(
        [&](Event seen) { found->second.writes[seen].seen.each([&](Event older) { told.remove(older); }); });
    bool any = false;
    told.each([&](Event seen) {
      any = true;
      line += ' ' + name(found->second.writes[seen], seen);
    });
    out.push_back(any ? line : line + " nothing");
  }
  return out;
}

}  // namespace kin::sim
