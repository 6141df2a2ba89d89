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

std::optional<CausalOracle::Event> CausalOracle::event_of(const Key& key, std::string_view value) {
  const auto event = key.by_value.find(value);
  return event == key.by_value.end() ? std::nullopt : std::optional(event->second);
}

CausalOracle::KeyNumber CausalOracle::number_of(const std::string& key) {
  const auto [number, first] = numbers_.try_emplace(key, keys_.size());
  if (first) keys_.emplace_back();
  return number->second;
}

const CausalOracle::Key* CausalOracle::find(const std::string& key) const {
  const auto number = numbers_.find(key);
  return number == numbers_.end() ? nullptr : &keys_[number->second];
}

CausalOracle::View& CausalOracle::view(Node& node, KeyNumber key) {
  if (key >= node.views.size()) node.views.resize(key + 1);
  return node.views[key];
}

Past& CausalOracle::pending(Node& node, KeyNumber key) {
  View& of = view(node, key);
  if (!std::exchange(of.is_pending, true)) node.pending.push_back(key);
  return of.pending;
}

CausalOracle::Event CausalOracle::wrote(const NodeId& node, const std::string& key,
                                        const std::optional<std::string>& value, const EventSet& seen) {
  const KeyNumber number = number_of(key);
  Key& history = keys_[number];
  const Event event = history.writes.size();
  history.writes.push_back({value, node, seen, Fate::stepped, 1, 0, lost_disks_.size(), false});
  if (value) history.by_value.emplace(*history.writes.back().value, event);
  if (value) history.puts.add(event);
  history.seen_by_writers.join(seen);
  if (!value) history.seen_by_deletes.join(seen);
  Node& at = nodes_.at(node);
  at.writes.emplace_back(number, event);
  pending(at, number).join(event, seen);
  return event;
}

void CausalOracle::never_happened(const std::string& name, Event event) {
  const KeyNumber key = numbers_.at(name);
  Key& history = keys_[key];
  Write& write = history.writes.at(event);
  write.fate = Fate::never;
  history.undone.add(event);
  // Its node has not seen what only this write's context named.
  Node& at = nodes_.at(write.node);
  Past& of_turn = pending(at, key);
  of_turn.clear();
  for (const auto& [other_key, other] : at.writes) {
    if (other_key != key || history.writes[other].fate == Fate::never) continue;
    of_turn.join(other, history.writes[other].seen);
  }
  history.seen_by_writers.clear();
  history.seen_by_deletes.clear();
  for (const Write& other : history.writes) {
    if (other.fate == Fate::never) continue;
    history.seen_by_writers.join(other.seen);
    if (!other.value) history.seen_by_deletes.join(other.seen);
  }
}

void CausalOracle::acknowledged(const std::string& key, Event event, std::uint32_t copies) {
  const KeyNumber number = numbers_.at(key);
  Write& write = keys_[number].writes.at(event);
  // These may have acknowledged it with the disk that they lost since.
  const std::set<NodeId> lost(lost_disks_.begin() + static_cast<std::ptrdiff_t>(write.lost_disks_before),
                              lost_disks_.end());
  const auto uncertain = static_cast<std::uint32_t>(lost.size());
  write.copies = std::max(write.copies, copies - std::min(copies, uncertain));
  if (write.acknowledged_at == 0) write.acknowledged_at = ++acknowledgements_;
  keys_[number].acknowledged.add(event);
  if (copies < nodes_.size()) return;
  for (auto& [node, state] : nodes_) {
    if (!lost.contains(node)) view(state, number).acknowledged.add(event);
  }
}

void CausalOracle::promised(const std::string& key, Event event) { at(key).writes.at(event).promised = true; }

EventSet CausalOracle::closure(const std::string& key, const std::vector<std::string>& values) const {
  EventSet out;
  const Key* history = find(key);
  if (history == nullptr) return out;
  for (const std::string& value : values) {
    const auto event = event_of(*history, value);
    if (!event) continue;
    out.join(history->writes[*event].seen);
    out.add(*event);
  }
  return out;
}

EventSet CausalOracle::closure(const std::string& key, Event event) const {
  EventSet out = at(key).writes.at(event).seen;
  out.add(event);
  return out;
}

const EventSet& CausalOracle::seen(const std::string& key, Event event) const { return at(key).writes.at(event).seen; }

// A writer sees what was written before: from the last one on, whatever is not covered yet is covered by nothing.
EventSet CausalOracle::newest(const std::string& key, const EventSet& closed) const {
  EventSet out, rest = closed;
  rest.each_from_the_last([&](Event event) {
    out.add(event);
    rest.drop(at(key).writes[event].seen);
  });
  return out;
}

std::optional<CausalOracle::Event> CausalOracle::event_of(const std::string& key, const std::string& value) const {
  const Key* history = find(key);
  return history == nullptr ? std::nullopt : event_of(*history, value);
}

void CausalOracle::settled(const NodeId& node, bool durable) {
  Node& at = nodes_.at(node);
  if (durable) {
    for (const KeyNumber key : at.pending) {
      at.views[key].seen.join(at.views[key].pending);
      keep_what_escaped(key, at.views[key].pending.events);
    }
  }
  for (const auto& [key, event] : at.writes) {
    Write& write = keys_[key].writes[event];
    if (write.fate != Fate::stepped) continue;
    write.fate = Fate::happened;
    if (!durable) {
      if (write.promised) {
        const auto named = std::find_if(numbers_.begin(), numbers_.end(),
                                        [&, of = key](const auto& entry) { return entry.second == of; });
        wrong("lost", node + " told that " + named->first + ": " + name(write, event) + " is applied, too early");
      }
      write.copies = 0;
      keys_[key].uncertain.add(event);
      keys_[key].excused.add(event);
    }
  }
  at.writes.clear();
  for (const KeyNumber key : std::exchange(at.pending, {})) {
    at.views[key].pending.clear();
    at.views[key].is_pending = false;
  }
}

// Once somebody has such a write, or what had seen it, on its disk, it is a write like any other.
void CausalOracle::keep_what_escaped(KeyNumber key, const EventSet& seen) {
  Key& history = keys_[key];
  if (!history.uncertain.meets(seen)) return;
  EventSet escaped = history.uncertain;
  escaped.keep(seen);
  escaped.each([&](Event) { ++escaped_; });
  history.uncertain.drop(escaped);
  history.excused.drop(escaped);
}

void CausalOracle::forgot(const NodeId& node) {
  for (View& of : nodes_.at(node).views) {
    of.seen.clear();
    of.acknowledged.clear();
  }
  lost_disks_.push_back(node);
  quorums_count_from_ = acknowledgements_;
  for (KeyNumber key = 0; key < keys_.size(); ++key) {
    Key& history = keys_[key];
    EventSet known;  // certainly on some disk, it or what has seen it
    for (const auto& [other, state] : nodes_) {
      if (key >= state.views.size()) continue;
      known.join(state.views[key].seen.events);
      known.join(state.views[key].acknowledged);
    }
    for (Event event = 0; event < history.writes.size(); ++event) {
      Write& write = history.writes[event];
      if (write.copies > 0) --write.copies;
      if (write.fate == Fate::never || history.excused.has(event) || known.has(event) || write.copies > 0) continue;
      history.excused.add(event);
      ++excused_;
    }
  }
}

std::vector<std::string> CausalOracle::keys() const {
  std::vector<std::string> out;
  for (const auto& [key, number] : numbers_) out.push_back(key);
  return out;
}

std::vector<std::string> CausalOracle::story(const std::string& key) const {
  std::vector<std::string> out;
  const Key* history = find(key);
  if (history == nullptr) return out;
  for (Event event = 0; event < history->writes.size(); ++event) {
    const Write& write = history->writes[event];
    std::string line = name(write, event);
    if (write.fate == Fate::never) line += ", never happened";
    if (write.acknowledged_at > 0) line += ", acknowledged with " + std::to_string(write.copies) + " copies";
    if (history->uncertain.has(event)) {
      line += ", perhaps gone with its turn";
    } else if (history->excused.has(event)) {
      line += ", only known to a disk that was lost";
    }
    line += ", had seen:";
    bool any = false;
    newest(key, write.seen).each([&](Event seen) {  // what they had seen goes without saying
      any = true;
      line += ' ' + name(history->writes[seen], seen);
    });
    out.push_back(any ? line : line + " nothing");
  }
  return out;
}

}  // namespace kin::sim
