// Dotted entries: stories of the papers, then random histories against plain sets of events.
#include "common/causality/dotted_entry.hpp"

#include <rapidcheck/catch.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace kin;

namespace {

Dot dot(const std::string& node, std::uint64_t counter) { return {{NodeId(node), {1, 1}}, counter}; }

DotSet dots(const std::vector<Dot>& list) {
  DotSet out;
  for (const Dot& d : list) out.add(d);
  return out;
}

Siblings values(const std::vector<Dot>& list) {
  Siblings out;
  for (const Dot& d : list) out[d].value = to_string(d);
  return out;
}

std::set<Dot> names(const Siblings& siblings) {
  std::set<Dot> out;
  for (const auto& [d, sibling] : siblings) out.insert(d);
  return out;
}

// A replica of one key, all of whose past is in the context.
struct Replica {
  Siblings siblings;
  DotSet context;

  void sync(const Replica& other) {
    const DotSet none;
    siblings = merge_siblings(siblings, Past(none, context), other.siblings, Past(none, other.context));
    context.join(other.context);
  }
  bool operator==(const Replica&) const = default;
};

Replica synced(Replica a, const Replica& b) {
  a.sync(b);
  return a;
}

}  // namespace

TEST_CASE("a sibling that the other side has seen and dropped goes") {
  const DotSet none;
  const DotSet old = dots({dot("n1", 1)}), newer = dots({dot("n1", 1), dot("n1", 2)});
  const Siblings a = values({dot("n1", 1)}), b = values({dot("n1", 2)});
  CHECK(names(merge_siblings(a, Past(none, old), b, Past(none, newer))) == std::set{dot("n1", 2)});
  CHECK(names(merge_siblings(b, Past(none, newer), a, Past(none, old))) == std::set{dot("n1", 2)});
}

TEST_CASE("siblings that neither side has seen of the other both stay") {
  const DotSet none;
  const DotSet one = dots({dot("n1", 1)}), two = dots({dot("n2", 1)});
  CHECK(merge_siblings(values({dot("n1", 1)}), Past(none, one), values({dot("n2", 1)}), Past(none, two)).size() == 2);
}

TEST_CASE("a clock's base covers, what lies beyond its base does not") {
  const DotSet none;
  const DotSet base = dots({dot("n1", 1)}), extra = dots({dot("n1", 2)});
  CHECK(Past(base, none).has(dot("n1", 1)));
  CHECK_FALSE(Past(extra, none).has(dot("n1", 2)));
  CHECK(Past(none, extra).has(dot("n1", 2)));
}

TEST_CASE("two clients alternate through one server, each on its own old context: never more than two siblings") {
  Replica server;
  std::map<std::string, DotSet> seen;
  std::uint64_t counter = 0;
  for (int round = 0; round < 1000; ++round) {
    const std::string client = round % 2 == 0 ? "peter" : "mary";
    take_covered(server.siblings, seen[client]);
    const Dot written = dot("n1", ++counter);
    server.siblings[written].value = client + std::to_string(round);
    server.context.add(written);
    seen[client].add(written);
    REQUIRE(server.siblings.size() <= 2);
    REQUIRE(server.siblings.contains(written));
    if (round > 0) REQUIRE(server.siblings.contains(dot("n1", counter - 1)));
  }
}

TEST_CASE("take_covered moves exactly what the past covers") {
  Siblings held = values({dot("n1", 1), dot("n1", 2), dot("n2", 1)});
  const Siblings taken = take_covered(held, dots({dot("n1", 1), dot("n2", 1), dot("n3", 9)}));
  CHECK(names(taken) == std::set{dot("n1", 1), dot("n2", 1)});
  CHECK(names(held) == std::set{dot("n1", 2)});
  CHECK(taken.at(dot("n2", 1)).value == "n2.1:1");
}

TEST_CASE("S-11: of one operation that two nodes coordinated the smallest dot is shown") {
  Siblings held = values({dot("n1", 4), dot("n2", 1), dot("n3", 1)});
  held[dot("n1", 4)].operation = held[dot("n3", 1)].operation = "op-1";
  std::set<Dot> seen;
  for (const auto* item : shown(held)) seen.insert(item->first);
  CHECK(seen == std::set{dot("n1", 4), dot("n2", 1)});
  CHECK(count_shown(held) == 2);
  // Equal values without an operation id are two events.
  Siblings equal = values({dot("n1", 1), dot("n2", 1)});
  equal[dot("n1", 1)].value = equal[dot("n2", 1)].value = "same";
  CHECK(shown(equal).size() == 2);
}

TEST_CASE("the first write is [1,0], the next [2,0], a merge is above all that it replaces") {
  const EntryClock first = next_entry_clock("n1", {}, {}, {});
  CHECK(first == EntryClock({{"n1", 1}}));
  Siblings replaced = values({dot("n1", 1)});
  replaced[dot("n1", 1)].clock = first;
  CHECK(next_entry_clock("n1", {}, replaced, {}) == EntryClock({{"n1", 2}}));
  CHECK(next_entry_clock("n2", {}, replaced, {}) == EntryClock({{"n1", 1}, {"n2", 1}}));
  replaced[dot("n2", 1)].clock = EntryClock({{"n2", 3}});
  CHECK(next_entry_clock("n3", {}, replaced, {}) == EntryClock({{"n1", 1}, {"n2", 3}, {"n3", 1}}));
}

TEST_CASE("a new clock is new at its coordinator, also beside values that stay") {
  Siblings stay = values({dot("n1", 1)});
  stay[dot("n1", 1)].clock = EntryClock({{"n1", 4}, {"n2", 9}});
  // Only the own component looks at what stays: the write has not seen it.
  CHECK(next_entry_clock("n1", {}, {}, stay) == EntryClock({{"n1", 5}}));
  CHECK(next_entry_clock("n1", EntryClock({{"n1", 7}, {"n3", 2}}), {}, stay) == EntryClock({{"n1", 8}, {"n3", 2}}));
}

namespace {

// What every write had seen. A value lives at a replica while no write known there had seen it.
struct History {
  std::map<Dot, std::set<Dot>> seen;
  std::set<Dot> deletes;

  std::set<Dot> live(const std::set<Dot>& known) const {
    std::set<Dot> out;
    for (const Dot& d : known) {
      bool replaced = deletes.contains(d);
      for (const Dot& other : known) replaced = replaced || seen.at(other).contains(d);
      if (!replaced) out.insert(d);
    }
    return out;
  }
};

// A replica beside the plain set of the events that it knows.
struct Pair {
  Replica replica;
  std::set<Dot> known;
};

struct Context {
  DotSet dots;
  std::set<Dot> events;
};

// One random history of three replicas; the check runs after every step.
std::vector<Pair> random_history(History& history) {
  std::vector<Pair> nodes(3);
  std::vector<std::uint64_t> counters(3);
  std::vector<Context> contexts{{}};  // what some client remembers
  const int steps = *rc::gen::inRange(1, 40);
  for (int step = 0; step < steps; ++step) {
    const auto at = *rc::gen::inRange<std::size_t>(0, 3);
    Pair& node = nodes[at];
    switch (*rc::gen::inRange(0, 4)) {
      case 0: {
        const Pair other = nodes[*rc::gen::inRange<std::size_t>(0, 3)];
        node.replica.sync(other.replica);
        node.known.insert(other.known.begin(), other.known.end());
        break;
      }
      case 1: contexts.push_back({node.replica.context, node.known}); break;
      default: {
        Context past = *rc::gen::inRange(0, 3) == 0 ? Context{node.replica.context, node.known}
                                                    : contexts[*rc::gen::inRange<std::size_t>(0, contexts.size())];
        const bool deletes = *rc::gen::inRange(0, 4) == 0;
        const Dot written = dot("n" + std::to_string(at + 1), ++counters[at]);
        take_covered(node.replica.siblings, past.dots);
        if (!deletes) node.replica.siblings[written].value = to_string(written);
        node.replica.context.join(past.dots);
        node.replica.context.add(written);
        history.seen[written] = past.events;
        if (deletes) history.deletes.insert(written);
        node.known.insert(past.events.begin(), past.events.end());
        node.known.insert(written);
        past.dots.add(written);
        past.events.insert(written);
        contexts.push_back(past);  // the reply's context: what this write had seen and itself
      }
    }
    RC_ASSERT(names(node.replica.siblings) == history.live(node.known));
  }
  return nodes;
}

}  // namespace

TEST_CASE("random histories: siblings are the maximal events") {
  rc::prop("after every step, and wherever replicas meet", [] {
    History history;
    const std::vector<Pair> nodes = random_history(history);
    for (const Pair& a : nodes) {
      for (const Pair& b : nodes) {
        std::set<Dot> known = a.known;
        known.insert(b.known.begin(), b.known.end());
        RC_ASSERT(names(synced(a.replica, b.replica).siblings) == history.live(known));
      }
    }
  });
  rc::prop("sync is commutative, associative and idempotent", [] {
    History history;
    const std::vector<Pair> nodes = random_history(history);
    const Replica &a = nodes[0].replica, &b = nodes[1].replica, &c = nodes[2].replica;
    RC_ASSERT(synced(a, b) == synced(b, a));
    RC_ASSERT(synced(synced(a, b), c) == synced(a, synced(b, c)));
    RC_ASSERT(synced(a, a) == a);
    RC_ASSERT(synced(synced(a, b), b) == synced(a, b));
  });
}
