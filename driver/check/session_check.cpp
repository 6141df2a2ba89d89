#include "driver/check/session_check.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace kin::check {
namespace {

using Positions = std::vector<std::size_t>;

constexpr std::size_t not_old = std::numeric_limits<std::size_t>::max();

// What a session knows of one key, beside what it knows to be old.
struct Known {
  std::map<std::size_t, bool> there;  // puts that a read must show or have behind it; whether the session wrote them
  bool round = false;                 // it knows of a write that had seen itself
};

class SessionJudge {
 public:
  SessionJudge(const CausalHistory& history, const SeenGraph& graph, SeenOrder& order,
               const std::function<bool(std::size_t)>& may_replace_anything)
      : operations_(history.operations), graph_(graph), order_(order), old_(history.operations.size(), not_old) {
    std::vector<std::int64_t> deletes(operations_.size(), never);
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      const Operation& operation = operations_[i];
      if (!operation.session.empty() && operation.outcome == Outcome::ok) {
        sessions_[{operation.session, operation.key}].push_back(i);
      }
      if (operation.op == Op::remove && operation.outcome != Outcome::fail) deletes[i] = operation.start_ns;
      if (operation.writes() && may_replace_anything(i)) {
        std::int64_t& first = first_of_unknown_past_.try_emplace(operation.key, never).first->second;
        first = std::min(first, operation.start_ns);
      }
    }
    first_delete_ = order_.least_of_those_that_saw(deletes);
  }

  SessionVerdict verdict() {
    for (auto& [name, operations] : sessions_) judge(operations);
    return std::move(verdict_);
  }

 private:
  void judge(Positions& by_start) {
    std::stable_sort(by_start.begin(), by_start.end(),
                     [&](std::size_t a, std::size_t b) { return operations_[a].start_ns < operations_[b].start_ns; });
    Positions by_end = by_start;
    std::stable_sort(by_end.begin(), by_end.end(),
                     [&](std::size_t a, std::size_t b) { return *operations_[a].end_ns < *operations_[b].end_ns; });
    for (const std::size_t put : all_old_) old_[put] = not_old;
    all_old_.clear();
    Known known;
    std::map<std::size_t, Positions> no_longer_shown;  // by read
    std::size_t ended = 0;
    for (const std::size_t at : by_start) {
      for (; ended < by_end.size() && *operations_[by_end[ended]].end_ns < operations_[at].start_ns; ++ended) {
        learn(known, by_end[ended], no_longer_shown[by_end[ended]]);
      }
      if (!operations_[at].writes()) no_longer_shown[at] = judge_read(known, at);
    }
  }

  Positions shown_by(std::size_t read) const {
    Positions out;
    for (const std::string& value : operations_[read].values) {
      if (const auto put = graph_.writer(operations_[read].key, value)) out.push_back(*put);
    }
    return out;
  }

  bool has_seen(std::size_t write, std::size_t put) {
    const auto seen = order_.has_seen(write, put);
    if (!seen) verdict_.gave_up = true;
    return seen.value_or(false);
  }

  bool is_old(std::size_t put) const { return old_[put] != not_old; }

  void set_old(Known& known, std::size_t put, std::size_t instead) {
    known.there.erase(put);
    if (is_old(put)) return;
    old_[put] = instead;
    all_old_.push_back(put);
  }

  // All that the write had seen, but not itself. What a put that is old had seen is old too, so nobody looks behind it
  // again; only on a cycle that does not hold.
  void grow_old(Known& known, std::size_t write) {
    Positions next = graph_.seen_by(write);
    std::set<std::size_t> reached;
    while (!next.empty()) {
      const std::size_t put = next.back();
      next.pop_back();
      if (put == write) known.round = true;
      if (put == write || (known.round ? !reached.insert(put).second : is_old(put))) continue;
      set_old(known, put, write);
      next.insert(next.end(), graph_.seen_by(put).begin(), graph_.seen_by(put).end());
    }
  }

  void learn(Known& known, std::size_t at, const Positions& no_longer_shown) {
    const Operation& operation = operations_[at];
    if (operation.writes()) {
      grow_old(known, at);
      if (operation.op == Op::put && !is_old(at)) known.there[at] = true;
      return;
    }
    for (const std::size_t put : no_longer_shown) set_old(known, put, at);
    for (const std::size_t put : shown_by(at)) {
      grow_old(known, put);
      if (!is_old(put)) known.there.emplace(put, false);
    }
  }

  // What the session knew to be there and this read does not show.
  Positions judge_read(const Known& known, std::size_t at) {
    const Positions shown = shown_by(at);
    for (const std::size_t put : shown) {
      if (!is_old(put) || operations_[put].sent_again) continue;  // another copy may stand
      const std::size_t newer = old_[put];
      verdict_.broken.push_back({is_own(at, newer), at, newer, put});
    }
    Positions missing;
    for (const auto& one : known.there) {
      const std::size_t put = one.first;
      const bool own = one.second;
      if (std::find(shown.begin(), shown.end(), put) != shown.end()) continue;
      missing.push_back(put);
      const bool behind =
          std::any_of(shown.begin(), shown.end(), [&](std::size_t newer) { return has_seen(newer, put); });
      if (!behind && !verdict_.gave_up && !excused(put, at)) verdict_.broken.push_back({own, at, put, std::nullopt});
    }
    return missing;
  }

  bool is_own(std::size_t read, std::size_t write) const {
    return operations_[write].writes() && operations_[write].session == operations_[read].session;
  }

  bool excused(std::size_t put, std::size_t read) const {
    const std::int64_t end = *operations_[read].end_ns;
    const auto unknown = first_of_unknown_past_.find(operations_[read].key);
    return first_delete_[put] <= end || (unknown != first_of_unknown_past_.end() && unknown->second <= end);
  }

  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

  const std::vector<Operation>& operations_;
  const SeenGraph& graph_;
  SeenOrder& order_;
  std::map<std::pair<std::string, std::string>, Positions> sessions_;  // by session and key
  // Of the session and key that is judged: puts that no read may show any more, and what the session knows instead.
  std::vector<std::size_t> old_;  // by position
  Positions all_old_;
  std::vector<std::int64_t> first_delete_;                     // by put: when the first delete that had seen it began
  std::map<std::string, std::int64_t> first_of_unknown_past_;  // by key: when the first such write began
  SessionVerdict verdict_;
};

}  // namespace

SessionVerdict judge_sessions(const CausalHistory& history, const SeenGraph& graph, SeenOrder& order,
                              const std::function<bool(std::size_t write)>& may_replace_anything) {
  return SessionJudge(history, graph, order, may_replace_anything).verdict();
}

}  // namespace kin::check
