// Who had seen whom, and what sessions may see, in random histories: as plain searches find it. And a long history of
// one key costs a few steps a write.
#include "driver/check/seen_order.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "driver/check/causal_check.hpp"
#include "driver/check/seen_graph.hpp"
#include "driver/check/session_check.hpp"

using namespace kin::check;

namespace {

constexpr std::size_t enough = 1'000'000;

std::string value_of(std::size_t put) { return 'v' + std::to_string(put); }

Operation operation(Op op, std::size_t at) {
  Operation out;
  out.op = op;
  out.key = "k";
  out.id = std::to_string(at);
  out.line = at + 1;
  out.value = op == Op::put ? value_of(at) : "";
  out.start_ns = static_cast<std::int64_t>(at) * 10;
  out.end_ns = out.start_ns + 5;
  out.outcome = Outcome::ok;
  return out;
}

// Mostly in order, sometimes with what cannot be: a write that had seen itself or a later one, sessions that go back.
CausalHistory random_history(std::mt19937& dice, std::size_t size, bool sound) {
  CausalHistory history;
  auto up_to = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(dice); };
  auto any = [&](std::size_t at) {
    if (!sound && up_to(19) == 0) return up_to(size - 1);
    return at == 0 ? at : at - 1 - std::min(at - 1, up_to(up_to(3) == 0 ? size : 5));
  };
  for (std::size_t at = 0; at < size; ++at) {
    const std::size_t kind = up_to(9);
    Operation next = operation(kind < 6 ? Op::put : kind < 9 ? Op::get : Op::remove, at);
    if (up_to(9) == 0) next.start_ns -= 20;
    if (next.writes()) next.past = up_to(1) == 0 ? Past::implied : up_to(5) == 0 ? Past::nothing : Past::operation;
    if (next.past == Past::operation && (at > 0 || !sound)) next.seen = any(at);
    if (next.past == Past::implied && up_to(9) > 0) next.replaced.emplace();
    std::set<std::string> shown;
    for (std::size_t i = up_to(2); i > 0; --i) shown.insert(value_of(any(at)));
    if (next.op == Op::get) next.values.assign(shown.begin(), shown.end());
    if (next.replaced) next.replaced->assign(shown.begin(), shown.end());
    next.session = up_to(3) == 0 ? "" : std::to_string(up_to(1));
    history.operations.push_back(std::move(next));
  }
  return history;
}

std::set<std::size_t> plain_past(const SeenGraph& graph, std::size_t write) {
  std::set<std::size_t> out;
  std::vector<std::size_t> next = graph.seen_by(write);
  while (!next.empty()) {
    const std::size_t put = next.back();
    next.pop_back();
    if (!out.insert(put).second) continue;
    next.insert(next.end(), graph.seen_by(put).begin(), graph.seen_by(put).end());
  }
  return out;
}

using Broken = std::tuple<bool, std::size_t, std::size_t, std::optional<std::size_t>>;

// The rules at the head of session_check.hpp, each past in full.
class PlainSessions {
 public:
  PlainSessions(const CausalHistory& history, const SeenGraph& graph) : all_(history.operations), graph_(graph) {
    for (std::size_t at = 0; at < all_.size(); ++at) pasts_.push_back(plain_past(graph, at));
  }

  std::vector<Broken> broken() {
    std::map<std::string, std::vector<std::size_t>> sessions;
    for (std::size_t at = 0; at < all_.size(); ++at)
      if (!all_[at].session.empty()) sessions[all_[at].session].push_back(at);
    for (auto& [name, operations] : sessions) judge(operations);
    return broken_;
  }

 private:
  void judge(std::vector<std::size_t> by_start) {
    auto by_end = by_start;
    std::stable_sort(by_start.begin(), by_start.end(),
                     [&](auto a, auto b) { return all_[a].start_ns < all_[b].start_ns; });
    std::stable_sort(by_end.begin(), by_end.end(), [&](auto a, auto b) { return *all_[a].end_ns < *all_[b].end_ns; });
    std::map<std::size_t, bool> there;
    std::map<std::size_t, std::size_t> old;
    std::map<std::size_t, std::vector<std::size_t>> missing;
    auto grow_old = [&](std::size_t write) {
      for (const std::size_t put : pasts_[write])
        if (put != write) there.erase(put), old.emplace(put, write);
    };
    std::size_t ended = 0;
    for (const std::size_t at : by_start) {
      for (; ended < by_end.size() && *all_[by_end[ended]].end_ns < all_[at].start_ns; ++ended) {
        const std::size_t done = by_end[ended];
        for (const std::size_t put : missing[done]) there.erase(put), old.emplace(put, done);
        if (all_[done].writes()) grow_old(done);
        if (all_[done].op == Op::put && !old.contains(done)) there[done] = true;
        for (const std::size_t put : shown(done)) {
          grow_old(put);
          if (!old.contains(put)) there.emplace(put, false);
        }
      }
      if (all_[at].writes()) continue;
      const auto now = shown(at);
      for (const std::size_t put : now)
        if (const auto newer = old.find(put); newer != old.end())
          broken_.emplace_back(all_[newer->second].writes() && all_[newer->second].session == all_[at].session, at,
                               newer->second, put);
      for (const auto& [put, own] : there) {
        const std::size_t known = put;
        if (std::find(now.begin(), now.end(), known) != now.end()) continue;
        missing[at].push_back(known);
        const bool behind =
            std::any_of(now.begin(), now.end(), [&](auto newer) { return pasts_[newer].contains(known); });
        if (!behind && !excused(known, at)) broken_.emplace_back(own, at, known, std::nullopt);
      }
    }
  }

  std::vector<std::size_t> shown(std::size_t at) const {
    std::vector<std::size_t> out;
    for (const std::string& value : all_[at].values)
      if (const auto put = graph_.writer("k", value)) out.push_back(*put);
    return out;
  }

  bool excused(std::size_t put, std::size_t read) const {
    for (std::size_t at = 0; at < all_.size(); ++at)
      if (all_[at].op == Op::remove && all_[at].start_ns <= *all_[read].end_ns && pasts_[at].contains(put)) return true;
    return false;
  }

  const std::vector<Operation>& all_;
  const SeenGraph& graph_;
  std::vector<std::set<std::size_t>> pasts_;
  std::vector<Broken> broken_;
};

}  // namespace

TEST_CASE("seen order: as a plain search finds it, on cycles too") {
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::mt19937 dice(seed);
    const CausalHistory history = random_history(dice, seed % 60 + 1, seed % 2 == 0);
    const SeenGraph graph(history);
    SeenOrder order(history, graph, enough);
    for (std::size_t write = 0; write < graph.size(); ++write) {
      const auto past = plain_past(graph, write);
      for (std::size_t put = 0; put < graph.size(); ++put)
        if (order.has_seen(write, put) != past.contains(put)) FAIL("seed " << seed << ": " << write << ", " << put);
    }
  }
}

TEST_CASE("sessions: judged as with each past in full") {
  std::size_t broken = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::mt19937 dice(seed);
    const CausalHistory history = random_history(dice, seed % 60 + 1, seed % 2 == 0);
    const SeenGraph graph(history);
    SeenOrder order(history, graph, enough);
    const SessionVerdict verdict = judge_sessions(history, graph, order, [](std::size_t) { return false; });
    std::vector<Broken> judged;
    for (const BrokenSession& one : verdict.broken) judged.emplace_back(one.own, one.read, one.known, one.old);
    const auto plain = PlainSessions(history, graph).broken();
    INFO("seed " << seed);
    REQUIRE(judged == plain);
    broken += plain.size();
  }
  CHECK(broken > 1000);
}

// Two nodes that have not heard of each other take a write each, a reader sees both and resolves them, six thousand
// times; each node's writer and the reader are a session.
TEST_CASE("causal check: many conflicts of one key take a few steps each") {
  CausalHistory history;
  auto& all = history.operations;
  auto add = [&](Op op, const std::string& session) -> Operation& {
    all.push_back(operation(op, all.size()));
    all.back().session = session;
    all.back().node = "n1";
    return all.back();
  };
  std::size_t writes = 0;
  std::string resolved;
  for (int round = 0; round < 6'000; ++round) {
    std::vector<std::string> siblings;
    for (const char* session : {"left", "right"}) {
      Operation& put = add(Op::put, session);
      put.past = Past::implied;
      put.replaced.emplace();
      if (!resolved.empty()) put.replaced->push_back(resolved);
      siblings.push_back(put.value);
    }
    add(Op::get, "reader").values = siblings;
    const std::size_t read = all.size() - 1;
    Operation& put = add(Op::put, "reader");
    put.past = Past::operation;
    put.seen = read;
    resolved = put.value;
    writes += 3;
  }
  add(Op::final_read, "").values = {resolved};
  const CausalVerdict verdict = check_causal(history, 10 * writes);
  CHECK(verdict.violations.empty());
  CHECK(verdict.not_judged.empty());
}
