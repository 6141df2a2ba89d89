// DotSet: stories first, then laws against plain sets of dots and floors.
#include "common/causality/dot_set.hpp"

#include <rapidcheck/catch.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

using kin::Actor;
using kin::CounterSet;
using kin::Dot;
using kin::DotSet;
using kin::Incarnation;
using kin::NodeId;

namespace {

Actor actor(const std::string& node, std::uint64_t life) {
  return {NodeId(node), {life, static_cast<std::uint32_t>(life)}};
}
Incarnation life(std::uint64_t born) { return actor("", born).life; }
Dot dot(const std::string& node, std::uint64_t in_life, std::uint64_t counter) {
  return {actor(node, in_life), counter};
}

constexpr std::uint64_t lives = 3;
constexpr std::uint64_t counters = 9;

// Every dot that the laws are checked for.
const std::vector<Dot>& universe() {
  static const std::vector<Dot> all = [] {
    std::vector<Dot> out;
    for (const char* node : {"a", "b"}) {
      for (std::uint64_t l = 1; l <= lives; ++l) {
        for (std::uint64_t n = 1; n <= counters; ++n) out.push_back(dot(node, l, n));
      }
    }
    return out;
  }();
  return all;
}

// Bases often, so that laws about them have something to say; floors now and then.
DotSet any_set() {
  DotSet out;
  for (const char* node : {"a", "b"}) {
    for (std::uint64_t l = 1; l <= lives; ++l) {
      out.add(actor(node, l), CounterSet::up_to(*rc::gen::inRange<std::uint64_t>(0, counters - 2)));
    }
    if (*rc::gen::inRange(0, 3) == 0) out.raise_floor(node, life(*rc::gen::inRange<std::uint64_t>(1, lives + 2)));
  }
  for (std::size_t i :
       *rc::gen::container<std::set<std::size_t>>(rc::gen::inRange<std::size_t>(0, universe().size()))) {
    out.add(universe()[i]);
  }
  return out;
}

DotSet joined(DotSet a, const DotSet& b) {
  a.join(b);
  return a;
}

bool tidy(const DotSet& set) {
  for (const auto& [a, held] : set.actors()) {
    if (held.empty() || set.retired(a)) return false;
  }
  for (const auto& [node, floor] : set.floors()) {
    if (floor == kin::never_heard) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("dots are printed as node, run and counter") {
  CHECK(to_string(dot("n1", 3, 57)) == "n1.3:57");
  CHECK(to_string(actor("10.0.0.1:7001", 2)) == "10.0.0.1:7001.2");
}

TEST_CASE("a set has the dots that were added, of that incarnation only") {
  DotSet set;
  CHECK(set.empty());
  set.add(dot("n1", 1, 1));
  set.add(dot("n1", 1, 3));
  CHECK(set.has(dot("n1", 1, 1)));
  CHECK_FALSE(set.has(dot("n1", 1, 2)));
  CHECK_FALSE(set.has(dot("n1", 2, 1)));
  CHECK_FALSE(set.has(dot("n2", 1, 1)));
  CHECK(set.base_has(dot("n1", 1, 1)));
  CHECK_FALSE(set.base_has(dot("n1", 1, 3)));
  CHECK(set.top(actor("n1", 1)) == 3);
  CHECK(set.size() == 2);
}

TEST_CASE("a floor stands for all dots of the incarnations below it") {
  DotSet set;
  set.add(dot("n1", 1, 7));
  set.add(dot("n1", 2, 1));
  set.raise_floor("n1", life(2));
  CHECK(set.has(dot("n1", 1, 1)));
  CHECK(set.has(dot("n1", 1, std::uint64_t{1} << 62)));
  CHECK(set.base_has(dot("n1", 1, 7)));
  CHECK(set.has(dot("n1", 2, 1)));
  CHECK_FALSE(set.has(dot("n1", 2, 2)));
  CHECK_FALSE(set.has(dot("n2", 1, 1)));
  CHECK(set.actors().size() == 1);
  // What is retired leaves no trace when it is added again.
  set.add(dot("n1", 1, 9));
  set.add(actor("n1", 1), CounterSet::up_to(9));
  CHECK(set.actors().size() == 1);
}

TEST_CASE("a floor is never lowered, and never_heard is none") {
  DotSet set;
  set.raise_floor("n1", kin::never_heard);
  CHECK(set.empty());
  set.raise_floor("n1", life(5));
  set.raise_floor("n1", life(2));
  CHECK(set.floor("n1") == life(5));
  CHECK(set.floor("n2") == kin::never_heard);
  const Incarnation none = kin::never_heard;
  CHECK(DotSet({}, {{"n1", none}, {"n2", none}, {"n3", life(5)}, {"n4", none}}) == DotSet({}, {{"n3", life(5)}}));
}

TEST_CASE("a removed member's floor retires every real incarnation") {
  DotSet set;
  set.add(dot("n1", ~std::uint64_t{0}, 4));
  set.raise_floor("n1", kin::removed_for_ever);
  CHECK(set.retired({"n1", {~std::uint64_t{0} - 1, 3}}));
  CHECK(set.actors().size() == (set.retired(actor("n1", ~std::uint64_t{0})) ? 0u : 1u));
}

TEST_CASE("incarnations are ordered by birth, not by what people see") {
  CHECK(Incarnation{1, 9} < Incarnation{2, 1});
  CHECK(kin::never_heard < Incarnation{1, 0});
  CHECK(Incarnation{~std::uint64_t{0}, 7} < kin::removed_for_ever);
}

TEST_CASE("beyond keeps a base above the known one whole, and of a lower one nothing") {
  DotSet clock;
  clock.add(actor("n1", 1), CounterSet::up_to(5));
  DotSet higher;
  higher.add(actor("n1", 1), CounterSet::up_to(8));
  CHECK(higher.beyond(clock) == higher);
  DotSet lower;
  lower.add(actor("n1", 1), CounterSet::up_to(4));
  CHECK(lower.beyond(clock).empty());
  DotSet holed = lower;
  holed.add(dot("n1", 1, 7));
  DotSet rest;
  rest.add(dot("n1", 1, 7));
  CHECK(holed.beyond(clock) == rest);
  // What lies beyond the clock's own base says nothing about other keys, so it strips nothing.
  DotSet clock_with_extra;
  clock_with_extra.add(dot("n1", 1, 7));
  CHECK(rest.beyond(clock_with_extra) == rest);
}

TEST_CASE("a thousand nodes in one set") {
  DotSet set;
  for (int i = 0; i < 1000; ++i) {
    set.add(actor("n" + std::to_string(i), 1), CounterSet::up_to(1'000'000));
    set.add(dot("n" + std::to_string(i), 1, 2'000'000));
  }
  CHECK(set.size() == 1'000'001'000);
  CHECK(set.only_base().size() == 1'000'000'000);
  CHECK(joined(set, set) == set);
  CHECK(set.minus(set.only_base()).size() == 1000);
}

TEST_CASE("dot sets: join") {
  rc::prop("is commutative, associative and idempotent, and is the union", [] {
    const DotSet a = any_set(), b = any_set(), c = any_set();
    const DotSet ab = joined(a, b);
    RC_ASSERT(tidy(ab));
    RC_ASSERT(ab == joined(b, a));
    RC_ASSERT(joined(ab, c) == joined(a, joined(b, c)));
    RC_ASSERT(joined(ab, a) == ab);
    RC_ASSERT(joined(a, a) == a);
    for (const Dot& d : universe()) RC_ASSERT(ab.has(d) == (a.has(d) || b.has(d)));
  });
  rc::prop("of dots one by one gives the same set", [] {
    const DotSet a = any_set();
    DotSet slow;
    for (const auto& [node, floor] : a.floors()) slow.raise_floor(node, floor);
    for (const Dot& d : universe()) {
      if (a.has(d)) slow.add(d);
    }
    RC_ASSERT(slow == a);
  });
}

TEST_CASE("dot sets: bases, strip and fill") {
  rc::prop("only_base has what base_has says", [] {
    const DotSet a = any_set();
    const DotSet base = a.only_base();
    RC_ASSERT(tidy(base));
    for (const Dot& d : universe()) {
      RC_ASSERT(base.has(d) == a.base_has(d));
      RC_ASSERT(base.base_has(d) == a.base_has(d));
    }
    RC_ASSERT(joined(a, base) == a);
  });
  rc::prop("a stripped context and the clock's base say together what the context and the base say", [] {
    const DotSet context = any_set(), clock = any_set();
    const DotSet rest = context.beyond(clock);
    RC_ASSERT(tidy(rest));
    RC_ASSERT(joined(rest, clock.only_base()) == joined(context, clock.only_base()));
    // Stripping again, or by a clock that has seen more, changes nothing that matters.
    RC_ASSERT(rest.beyond(clock) == rest);
    const DotSet later = joined(clock, any_set());
    RC_ASSERT(joined(rest.beyond(later), later.only_base()) == joined(context, later.only_base()));
    for (const Dot& d : universe()) {
      if (rest.has(d)) RC_ASSERT(context.has(d));
    }
  });
  rc::prop("nothing is left exactly when the base has all of the context", [] {
    const DotSet context = any_set(), clock = any_set();
    RC_ASSERT(context.beyond(clock).empty() == (joined(context, clock.only_base()) == clock.only_base()));
  });
}

TEST_CASE("dot sets: minus") {
  rc::prop("is what is held by counter here and is not there", [] {
    const DotSet a = any_set(), b = any_set();
    DotSet::Counters lacking = a.minus(b);
    for (const Dot& d : universe()) {
      auto found = lacking.find(d.actor);
      const bool named = found != lacking.end() && found->second.has(d.counter);
      RC_ASSERT(named == (a.counters(d.actor).has(d.counter) && !b.has(d)));
    }
    for (const auto& [who, set] : lacking) RC_ASSERT(!set.empty());
    RC_ASSERT(a.minus(a).empty());
    RC_ASSERT(a.minus(joined(a, b)).empty());
  });
}
