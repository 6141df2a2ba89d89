#include "driver/check/causal_check.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "driver/check/seen_graph.hpp"
#include "driver/check/seen_order.hpp"
#include "driver/check/session_check.hpp"

namespace kin::check {

namespace {

using Positions = std::vector<std::size_t>;

// What the whole history says about one key.
struct KeyStory {
  Positions writes;                           // that did not fail
  std::map<std::string, std::size_t> finals;  // node -> its last successful final read
};

class Judge {
 public:
  Judge(const CausalHistory& history, std::size_t most_steps)
      : history_(history),
        operations_(history.operations),
        graph_(history),
        order_(history, graph_, most_steps),
        observed_(operations_.size()) {
    collect();
  }

  CausalVerdict verdict() {
    judge_thin_air();
    judge_cycles();
    judge_false_conflicts();
    for (const auto& [key, story] : keys_) judge_finals(key, story);
    judge_each_session();
    return std::move(verdict_);
  }

 private:
  void collect();
  void judge_thin_air();
  void judge_cycles();
  void judge_false_conflicts();
  void judge_each_session();
  void judge_finals(const std::string& key, const KeyStory& story);
  void judge_diverged(const std::string& key, const KeyStory& story);
  void judge_lost(const std::string& key, const KeyStory& story, const Positions& shown);
  void judge_resurrected(const std::string& key, const KeyStory& story, const Positions& shown);

  void values_appear(std::size_t at, const std::vector<std::string>& values, const char* how);
  bool certainly_happened(std::size_t write) const {
    return operations_[write].outcome == Outcome::ok || observed_[write];
  }
  // It is possible that it happened, and that what it did is hidden.
  bool may_have_happened(std::size_t write) const {
    return certainly_happened(write) ||
           (operations_[write].outcome == Outcome::unknown && operations_[write].op == Op::remove);
  }
  bool may_have_replaced_anything(std::size_t write) const;
  std::string title(std::size_t position) const;
  void report(Wrong wrong, Positions positions, std::string story);

  const CausalHistory& history_;
  const std::vector<Operation>& operations_;
  SeenGraph graph_;
  SeenOrder order_;
  std::vector<bool> observed_;  // puts whose value somebody was shown, or whose value somebody replaced
  std::map<std::string, KeyStory> keys_;
  CausalVerdict verdict_;
};

void Judge::collect() {
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    const Operation& operation = operations_[i];
    if (operation.outcome == Outcome::fail) continue;
    auto observe = [&](const std::vector<std::string>& values) {
      for (const std::string& value : values)
        if (auto put = graph_.writer(operation.key, value)) observed_[*put] = true;
    };
    KeyStory& story = keys_[operation.key];
    if (operation.writes()) {
      story.writes.push_back(i);
      if (operation.replaced) observe(*operation.replaced);
    } else {
      observe(operation.values);
      if (operation.op == Op::final_read && operation.outcome == Outcome::ok) story.finals[operation.node] = i;
    }
  }
}

std::string Judge::title(std::size_t position) const {
  const Operation& operation = operations_[position];
  std::string out(name(operation.op));
  if (operation.op == Op::put) out += ' ' + operation.value;
  if (!operation.node.empty()) out += " at " + operation.node;
  out += " (line " + std::to_string(operation.line) + ", id " + operation.id;
  if (operation.outcome != Outcome::ok) out += ", " + std::string(name(operation.outcome));
  return out + ')';
}

void Judge::report(Wrong wrong, Positions positions, std::string story) {
  const std::string& key = operations_[positions.front()].key;
  verdict_.violations.push_back({wrong, key, std::move(story), std::move(positions)});
}

void Judge::values_appear(std::size_t at, const std::vector<std::string>& values, const char* how) {
  const Operation& operation = operations_[at];
  for (const std::string& value : values) {
    const auto put = graph_.writer(operation.key, value);
    if (!put) {
      report(Wrong::thin_air, {at}, title(at) + how + value + ", which nobody wrote to this key");
    } else if (operations_[*put].outcome == Outcome::fail) {
      report(Wrong::thin_air, {at, *put}, title(at) + how + value + ", but " + title(*put) + " did not happen");
    } else if (operation.end_ns && operations_[*put].start_ns > *operation.end_ns) {
      report(Wrong::thin_air, {at, *put}, title(at) + how + value + " before " + title(*put) + " began");
    }
  }
}

void Judge::judge_thin_air() {
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    if (operations_[i].outcome == Outcome::fail) continue;
    values_appear(i, operations_[i].values, " shows ");
    if (operations_[i].replaced) values_appear(i, *operations_[i].replaced, " replaced ");
  }
}

void Judge::judge_cycles() {
  for (const Positions& round : graph_.cycles()) {
    std::string story;
    for (std::size_t write : round) story += title(write) + " had seen ";
    report(Wrong::cycle, round, story + title(round.front()));
  }
}

void Judge::judge_false_conflicts() {
  std::set<std::pair<std::size_t, std::size_t>> reported;
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    const Operation& read = operations_[i];
    if (read.writes() || read.values.size() < 2) continue;
    Positions shown;
    for (const std::string& value : read.values)
      if (auto put = graph_.writer(read.key, value)) shown.push_back(*put);
    std::sort(shown.begin(), shown.end());
    for (std::size_t newer : shown) {
      for (std::size_t older : shown) {
        const auto had_seen = order_.has_seen(newer, older);
        if (!had_seen) {
          verdict_.not_judged.push_back("false conflicts of key " + read.key + ": the search took too many steps");
          return;
        }
        // Another copy of a write that was taken twice stands in its own right.
        if (older == newer || !*had_seen || operations_[older].sent_again) continue;
        if (!reported.emplace(newer, older).second) continue;
        report(Wrong::false_conflict, {i, newer, older},
               title(i) + " shows both, but " + title(newer) + " had seen " + title(older));
      }
    }
  }
}

void Judge::judge_finals(const std::string& key, const KeyStory& story) {
  const bool acknowledged = std::any_of(story.writes.begin(), story.writes.end(),
                                        [&](std::size_t write) { return operations_[write].outcome == Outcome::ok; });
  if (story.finals.empty()) {
    if (acknowledged) verdict_.not_judged.push_back("what became of key " + key + ": there is no final read of it");
    return;
  }
  judge_diverged(key, story);

  std::set<std::size_t> all;
  std::int64_t first_start = operations_[story.finals.begin()->second].start_ns;
  for (const auto& [node, position] : story.finals) {
    first_start = std::min(first_start, operations_[position].start_ns);
    for (const std::string& value : operations_[position].values)
      if (auto put = graph_.writer(key, value)) all.insert(*put);
  }
  for (std::size_t write : story.writes) {
    if (operations_[write].outcome != Outcome::ok || *operations_[write].end_ns <= first_start) continue;
    verdict_.not_judged.push_back("what became of key " + key + ": " + title(write) +
                                  " ended after a final read began");
    return;
  }
  const Positions shown(all.begin(), all.end());
  judge_lost(key, story, shown);
  judge_resurrected(key, story, shown);
}

void Judge::judge_diverged(const std::string& key, const KeyStory& story) {
  auto values = [&](std::size_t position) {
    return std::multiset<std::string>(operations_[position].values.begin(), operations_[position].values.end());
  };
  const auto& [first_node, first] = *story.finals.begin();
  for (const auto& [node, position] : story.finals) {
    if (values(position) == values(first)) continue;
    auto print = [&](std::size_t at) {
      std::string out;
      for (const std::string& value : values(at)) out += (out.empty() ? "" : ", ") + value;
      return out.empty() ? std::string("nothing") : out;
    };
    report(Wrong::diverged, {first, position},
           "of key " + key + ", " + title(first) + " shows " + print(first) + " and " + title(position) + " shows " +
               print(position));
  }
}

bool Judge::may_have_replaced_anything(std::size_t write) const {
  const Operation& operation = operations_[write];
  if (operation.past != Past::implied || !may_have_happened(write)) return false;
  return operation.outcome == Outcome::unknown || !operation.replaced;
}

void Judge::judge_lost(const std::string& key, const KeyStory& story, const Positions& shown) {
  // A write of unknown outcome that nobody has shown may have happened and been replaced in turn by another one whose
  // past is unknown; that other one then excuses everything by itself.
  const bool excused = std::any_of(story.writes.begin(), story.writes.end(),
                                   [&](std::size_t write) { return may_have_replaced_anything(write); });
  std::set<std::size_t> removed;  // first-hand is enough: what was removed by a chain, each link removed one
  for (std::size_t write : story.writes)
    if (may_have_happened(write)) removed.insert(graph_.seen_by(write).begin(), graph_.seen_by(write).end());

  for (std::size_t write : story.writes) {
    const Operation& put = operations_[write];
    if (put.op != Op::put || put.outcome != Outcome::ok || removed.count(write)) continue;
    if (std::binary_search(shown.begin(), shown.end(), write) || excused) continue;
    const auto rival = std::find_if(shown.begin(), shown.end(), [&](std::size_t other) {
      const Operation& there = operations_[other];
      const bool same_time = there.start_ns <= *put.end_ns && (!there.end_ns || put.start_ns <= *there.end_ns);
      return (same_time || there.node != put.node) && !order_.has_seen(write, other).value_or(false);
    });
    if (rival == shown.end()) {
      report(Wrong::lost, {write},
             title(write) + " was acknowledged; no final read of key " + key + " shows it, and no write had seen it");
    } else {
      report(Wrong::conflict_missed, {write, *rival},
             title(write) + " was acknowledged and is gone; " + title(*rival) +
                 " stands, and neither had seen the other: both should");
    }
  }
}

void Judge::judge_resurrected(const std::string& key, const KeyStory& story, const Positions& shown) {
  for (std::size_t write : story.writes) {
    // If it is shown itself, the two beside each other are a false conflict.
    if (!certainly_happened(write) || std::binary_search(shown.begin(), shown.end(), write)) continue;
    for (std::size_t older : graph_.seen_by(write)) {
      if (!std::binary_search(shown.begin(), shown.end(), older) || operations_[older].sent_again) continue;
      report(Wrong::resurrected, {older, write},
             "the final reads of key " + key + " show " + title(older) + ", but " + title(write) + " had seen it");
    }
  }
}

void Judge::judge_each_session() {
  const SessionVerdict sessions =
      judge_sessions(history_, graph_, order_, [&](std::size_t write) { return may_have_replaced_anything(write); });
  if (sessions.gave_up) verdict_.not_judged.push_back("sessions: the search took too many steps");
  for (const BrokenSession& one : sessions.broken) {
    const std::string session = ", of session " + operations_[one.read].session + ", ";
    const Wrong wrong = one.own ? Wrong::own_write_missed : Wrong::went_back;
    if (one.old) {
      report(wrong, {one.read, one.known, *one.old},
             title(one.read) + session + "shows " + title(*one.old) + ", and the session was beyond it with " +
                 title(one.known));
    } else {
      report(wrong, {one.read, one.known},
             title(one.read) + session + "shows neither " + title(one.known) + " nor what had seen it");
    }
  }
}

}  // namespace

std::string_view name(Wrong wrong) {
  switch (wrong) {
    case Wrong::lost: return "lost";
    case Wrong::conflict_missed: return "conflict missed";
    case Wrong::false_conflict: return "false conflict";
    case Wrong::resurrected: return "resurrected";
    case Wrong::thin_air: return "thin air";
    case Wrong::cycle: return "cycle";
    case Wrong::diverged: return "diverged";
    case Wrong::own_write_missed: return "own write missed";
    case Wrong::went_back: return "went back";
  }
  return "?";
}

CausalVerdict check_causal(const CausalHistory& history, std::size_t most_steps) {
  return Judge(history, most_steps).verdict();
}

}  // namespace kin::check
