// CounterSet: stories first, then laws against std::set.
#include "common/causality/counter_set.hpp"

#include <rapidcheck/catch.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <iterator>
#include <limits>
#include <set>
#include <vector>

using kin::CounterSet;
using Run = CounterSet::Run;
using Model = std::set<std::uint64_t>;

namespace {

// Where counters change their size on the wire, in a double, in our limits and in the type itself.
const std::vector<std::uint64_t> edges{0, (std::uint64_t{1} << 32) - 20, (std::uint64_t{1} << 53) - 20,
                                       (std::uint64_t{1} << 62) - 20, std::numeric_limits<std::uint64_t>::max() - 41};

std::uint64_t any_edge() { return edges[*rc::gen::inRange<std::size_t>(0, edges.size())]; }

// Some of the forty counters that follow `edge`.
Model any_model(std::uint64_t edge) {
  Model out;
  for (std::uint64_t n : *rc::gen::container<std::set<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, 41))) {
    out.insert(edge + n);
  }
  return out;
}

CounterSet of(const Model& model) {
  CounterSet out;
  for (std::uint64_t n : model) out.add(n);
  return out;
}

Model members(const CounterSet& set) {
  Model out;
  for (const Run& run : set.runs()) {
    for (std::uint64_t n = run.first;; ++n) {
      out.insert(n);
      if (n == run.last) break;
    }
  }
  return out;
}

bool normal(const CounterSet& set) {
  const auto& runs = set.runs();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].first < 1 || runs[i].last < runs[i].first) return false;
    if (i > 0 && runs[i].first - 1 <= runs[i - 1].last) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("counters 1, 2, 3 are a base") {
  CounterSet set;
  CHECK(set.empty());
  CHECK(set.base() == 0);
  CHECK(set.top() == 0);
  for (std::uint64_t n : {1, 2, 3}) set.add(n);
  CHECK(set == CounterSet::up_to(3));
  CHECK(set.base() == 3);
  CHECK(set.top() == 3);
  CHECK(set.size() == 3);
}

TEST_CASE("a counter beyond a gap is an extra until the gap is filled") {
  CounterSet set = CounterSet::up_to(3);
  set.add(5);
  CHECK(set.base() == 3);
  CHECK(set.top() == 5);
  CHECK_FALSE(set.has(4));
  CHECK(set.has(5));
  CHECK(set.runs().size() == 2);
  set.add(4);
  CHECK(set == CounterSet::up_to(5));
}

TEST_CASE("without counter 1 there is no base") {
  const CounterSet set = CounterSet::of(2, 9);
  CHECK(set.base() == 0);
  CHECK(set.top() == 9);
  CHECK_FALSE(set.has(1));
  CHECK_FALSE(set.has(0));
}

TEST_CASE("up to nothing is the empty set") { CHECK(CounterSet::up_to(0) == CounterSet{}); }

TEST_CASE("a run joins all runs that it overlaps or touches") {
  CounterSet set = CounterSet::of(1, 2);
  set.add_run({5, 6});
  set.add_run({9, 9});
  set.add_run({12, 20});
  set.add_run({3, 11});
  CHECK(set == CounterSet::up_to(20));
}

TEST_CASE("minus cuts holes of every kind") {
  CounterSet holes = CounterSet::of(1, 2);
  holes.add_run({4, 5});
  holes.add_run({9, 12});
  CounterSet expected = CounterSet::of(3, 3);
  expected.add_run({6, 8});
  CHECK(CounterSet::up_to(10).minus(holes) == expected);
  CHECK(CounterSet{}.minus(holes).empty());
  CHECK(holes.minus(holes).empty());
}

TEST_CASE("a base near the end of the numbers costs one run") {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  for (std::uint64_t edge : {std::uint64_t{1} << 32, std::uint64_t{1} << 53, std::uint64_t{1} << 62, most}) {
    CounterSet set = CounterSet::up_to(edge - 2);
    CHECK(set.size() == edge - 2);
    CHECK_FALSE(set.has(edge - 1));
    set.add(edge);
    CHECK(set.base() == edge - 2);
    set.add(edge - 1);
    CHECK(set == CounterSet::up_to(edge));
    CHECK(set.size() == edge);
    CHECK(set.minus(CounterSet::up_to(edge - 1)) == CounterSet::of(edge, edge));
    CHECK(set.minus(CounterSet::of(2, edge)) == CounterSet::of(1, 1));
    CHECK(set.intersect(CounterSet::of(edge, edge)) == CounterSet::of(edge, edge));
  }
}

TEST_CASE("counter sets hold what sets hold") {
  rc::prop("in whatever order the counters come, one set has one form", [] {
    const Model model = any_model(any_edge());
    std::vector<std::uint64_t> order(model.begin(), model.end());
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
    CounterSet set;
    for (std::uint64_t n : order) set.add(n);
    for (std::uint64_t n : order) set.add(n);
    RC_ASSERT(normal(set));
    RC_ASSERT(members(set) == model);
    RC_ASSERT(set == of(model));
    RC_ASSERT(set.size() == model.size());
    RC_ASSERT(set.top() == (model.empty() ? 0 : *model.rbegin()));
  });
  rc::prop("runs in any order, overlapping or not", [] {
    const std::uint64_t edge = any_edge();
    const auto starts = *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(1, 30));
    CounterSet set;
    Model model;
    for (std::uint64_t start : starts) {
      const auto length = *rc::gen::inRange<std::uint64_t>(0, 10);
      set.add_run({edge + start, edge + start + length});
      for (std::uint64_t n = start; n <= start + length; ++n) model.insert(edge + n);
      RC_ASSERT(normal(set));
    }
    RC_ASSERT(members(set) == model);
  });
  rc::prop("has, base", [] {
    const std::uint64_t edge = any_edge();
    const Model model = any_model(edge);
    const CounterSet set = of(model);
    for (std::uint64_t n = 0; n <= 41; ++n) RC_ASSERT(set.has(edge + n) == model.contains(edge + n));
    std::uint64_t base = 0;
    while (model.contains(base + 1)) ++base;
    RC_ASSERT(set.base() == base);
  });
}

TEST_CASE("counter sets: join, minus and intersect") {
  rc::prop("join is union: commutative, associative, idempotent", [] {
    const std::uint64_t edge = any_edge();
    const Model a = any_model(edge), b = any_model(edge), c = any_model(edge);
    Model both = a;
    both.insert(b.begin(), b.end());
    CounterSet ab = of(a), ba = of(b), ab_c = of(a), bc = of(b);
    ab.join(of(b));
    ba.join(of(a));
    RC_ASSERT(normal(ab));
    RC_ASSERT(members(ab) == both);
    RC_ASSERT(ab == ba);
    ab_c.join(of(b));
    ab_c.join(of(c));
    bc.join(of(c));
    CounterSet a_bc = of(a);
    a_bc.join(bc);
    RC_ASSERT(ab_c == a_bc);
    CounterSet again = ab;
    again.join(of(a));
    again.join(ab);
    RC_ASSERT(again == ab);
  });
  rc::prop("minus and intersect are those of sets", [] {
    const std::uint64_t edge = any_edge();
    const Model a = any_model(edge), b = any_model(edge);
    Model less, common;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(less, less.end()));
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(common, common.end()));
    const CounterSet difference = of(a).minus(of(b));
    const CounterSet intersection = of(a).intersect(of(b));
    RC_ASSERT(normal(difference));
    RC_ASSERT(normal(intersection));
    RC_ASSERT(members(difference) == less);
    RC_ASSERT(members(intersection) == common);
    RC_ASSERT(of(a).has_all(of(b)) == (common == b));
    RC_ASSERT(of(a).has_all(intersection));
    CounterSet whole = difference;
    whole.join(intersection);
    RC_ASSERT(whole == of(a));
  });
}
