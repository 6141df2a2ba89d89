#include "driver/check/session_check.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace kin::check {
namespace {

using Positions = std::vector<std::size_t>;

// What a session knows of one key.
struct Known {
  std::map<std::size_t, bool> there;  // puts that a read must show or have behind it; whether the session wrote them
  std::map<std::size_t, std::size_t> old;  // puts that no read may show any more, and what the session knows instead
};

class SessionJudge {
 public:
  SessionJudge(const CausalHistory& history, const SeenGraph& graph,
               const std::function<std::optional<Positions>(std::size_t)>& past,
               const std::function<bool(std::size_t)>& may_replace_anything)
      : operations_(history.operations), graph_(graph), past_(past), may_replace_anything_(may_replace_anything) {
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      const Operation& operation = operations_[i];
      if (!operation.session.empty() && operation.outcome == Outcome::ok) {
        sessions_[{operation.session, operation.key}].push_back(i);
      }
      const bool removes = operation.op == Op::remove && operation.outcome != Outcome::fail;
      if (removes || (operation.writes() && may_replace_anything_(i))) removers_[operation.key].push_back(i);
    }
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
    const auto past = past_(write);
    if (!past) verdict_.gave_up = true;
    return past && std::binary_search(past->begin(), past->end(), put);
  }

  void grow_old(Known& known, std::size_t write) {
    const auto past = past_(write);
    if (!past) verdict_.gave_up = true;
    if (!past) return;
    for (const std::size_t put : *past) {
      if (put == write) continue;
      known.there.erase(put);
      known.old.emplace(put, write);
    }
  }

  void learn(Known& known, std::size_t at, const Positions& no_longer_shown) {
    const Operation& operation = operations_[at];
    if (operation.writes()) {
      grow_old(known, at);
      if (operation.op == Op::put && !known.old.contains(at)) known.there[at] = true;
      return;
    }
    for (const std::size_t put : no_longer_shown) {
      known.there.erase(put);
      known.old.emplace(put, at);
    }
    for (const std::size_t put : shown_by(at)) {
      grow_old(known, put);
      if (!known.old.contains(put)) known.there.emplace(put, false);
    }
  }

  // What the session knew to be there and this read does not show.
  Positions judge_read(const Known& known, std::size_t at) {
    const Positions shown = shown_by(at);
    for (const std::size_t put : shown) {
      const auto old = known.old.find(put);
      if (old == known.old.end()) continue;
      verdict_.broken.push_back({is_own(at, old->second), at, old->second, put});
    }
    Positions missing;
    for (const auto& one : known.there) {
      const std::size_t put = one.first;
      const bool own = one.second;
      if (std::find(shown.begin(), shown.end(), put) != shown.end()) continue;
      missing.push_back(put);
      const bool behind =
          std::any_of(shown.begin(), shown.end(), [&](std::size_t newer) { return has_seen(newer, put); });
      if (!behind && !excused(put, at)) verdict_.broken.push_back({own, at, put, std::nullopt});
    }
    return missing;
  }

  bool is_own(std::size_t read, std::size_t write) const {
    return operations_[write].writes() && operations_[write].session == operations_[read].session;
  }

  bool excused(std::size_t put, std::size_t read) {
    const auto removers = removers_.find(operations_[read].key);
    if (removers == removers_.end()) return false;
    return std::any_of(removers->second.begin(), removers->second.end(), [&](std::size_t write) {
      if (operations_[write].start_ns > *operations_[read].end_ns) return false;
      return may_replace_anything_(write) || has_seen(write, put);
    });
  }

  const std::vector<Operation>& operations_;
  const SeenGraph& graph_;
  const std::function<std::optional<Positions>(std::size_t)>& past_;
  const std::function<bool(std::size_t)>& may_replace_anything_;
  std::map<std::pair<std::string, std::string>, Positions> sessions_;  // by session and key
  std::map<std::string, Positions> removers_;
  SessionVerdict verdict_;
};

}  // namespace

SessionVerdict judge_sessions(const CausalHistory& history, const SeenGraph& graph,
                              const std::function<std::optional<Positions>(std::size_t)>& past,
                              const std::function<bool(std::size_t)>& may_replace_anything) {
  return SessionJudge(history, graph, past, may_replace_anything).verdict();
}

}  // namespace kin::check
