#include "common/causality/lineage.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "common/causality/common_past.hpp"

using namespace kin;

namespace {

Dot dot(const char* node, std::uint64_t counter) { return {{node, {1, 1}}, counter}; }

bool never(const Dot&) { return false; }
bool always(const Dot&) { return true; }

// a writer at the node who goes on from what `past` says, again and again: the versions first..last.
Lineage chain(Lineage past, const char* node, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t n = first; n <= last; ++n) past.add_newest(dot(node, n), {}, 0);
  return past;
}

std::vector<Dot> dots(const std::vector<Version>& versions) {
  std::vector<Dot> out;
  for (const Version& version : versions) out.push_back(version.dot);
  return out;
}

std::vector<Dot> seen_before(const Lineage& lineage, const Dot& dot) {
  std::vector<Dot> out;
  for (const std::uint32_t place : lineage.find(dot)->before) out.push_back(lineage.versions()[place].dot);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

TEST_CASE("a lineage says who had seen whom, through others too") {
  Lineage root = chain({}, "n1", 1, 1);
  Lineage left = chain(root, "n1", 2, 2), right = chain(root, "n2", 1, 1);
  Lineage both = left;
  both.join(right);
  CHECK(both.newest() == std::vector<Dot>{dot("n1", 2), dot("n2", 1)});
  both.add_newest(dot("n3", 1), {}, 0);
  CHECK(both.newest() == std::vector<Dot>{dot("n3", 1)});
  CHECK(both.saw(dot("n3", 1), dot("n1", 1)));
  CHECK(both.saw(dot("n1", 2), dot("n1", 1)));
  CHECK_FALSE(both.saw(dot("n1", 2), dot("n2", 1)));
  CHECK_FALSE(both.saw(dot("n1", 1), dot("n3", 1)));
}

TEST_CASE("joining is the same in any order, and with itself changes nothing") {
  const Lineage root = chain({}, "n1", 1, 3);
  Lineage left = chain(root, "n2", 1, 2), right = chain(root, "n3", 5, 6);
  Lineage one = left, other = right;
  one.join(right);
  other.join(left);
  CHECK(one.newest() == other.newest());
  CHECK(one.versions().size() == other.versions().size());
  for (const Version& version : one.versions()) {
    CHECK(other.has(version.dot));
    CHECK(seen_before(one, version.dot) == seen_before(other, version.dot));
  }
  Lineage again = one;
  again.join(one);
  CHECK(again == one);
}

TEST_CASE("what is left out leaves its edges behind, and the span in which it lies") {
  Lineage lineage = chain({}, "n1", 1, 10);
  lineage.thin({2, 4}, never);
  CHECK(lineage.versions().size() == 4);
  CHECK(lineage.find(dot("n1", 7))->left_out.has(dot("n1", 1)));
  CHECK(lineage.find(dot("n1", 7))->left_out.has(dot("n1", 6)));
  CHECK_FALSE(lineage.find(dot("n1", 8))->left_out.has(dot("n1", 6)));
  CHECK(lineage.saw(dot("n1", 10), dot("n1", 7)));
}

TEST_CASE("the newest version that all members have stays while newer ones are left out") {
  Lineage lineage = chain({}, "n1", 1, 30);
  const auto before_the_cut = [](const Dot& one) { return one.counter <= 10; };
  lineage.thin({2, 8}, before_the_cut);
  CHECK(lineage.versions().size() == 8);
  CHECK(lineage.versions().front().dot == dot("n1", 10));
  CHECK(lineage.versions()[1].dot == dot("n1", 24));
  CHECK(lineage.saw(dot("n1", 24), dot("n1", 10)));
  CHECK(lineage.versions()[1].left_out.has(dot("n1", 11)));
}

TEST_CASE("where all have all, few versions are kept") {
  Lineage lineage = chain({}, "n1", 1, 30);
  lineage.thin({3, 8}, always);
  CHECK(dots(lineage.versions()) == std::vector<Dot>{dot("n1", 28), dot("n1", 29), dot("n1", 30)});
}

TEST_CASE("spans of many actors become the word anywhere") {
  Spans spans;
  for (std::uint64_t i = 0; i < max_spans; ++i) spans.widen(Dot{{"n1", {i + 1, 1}}, 5});
  CHECK_FALSE(spans.anywhere);
  CHECK_FALSE(spans.has(Dot{{"n9", {1, 1}}, 5}));
  spans.widen(Dot{{"n1", {99, 1}}, 5});
  CHECK(spans.anywhere);
  CHECK(spans.has(Dot{{"n9", {1, 1}}, 5}));
}

TEST_CASE("the last common version of two writers, of three, and of writers who share none") {
  const Lineage root = chain({}, "n1", 1, 2);
  const ToldVersion a{{dot("n1", 3)}, root}, b{{dot("n2", 1)}, root}, c{{dot("n3", 1)}, chain({}, "n1", 1, 1)};
  CHECK(dots(common_past({a, b}).last) == std::vector<Dot>{dot("n1", 2)});
  CHECK(dots(common_past({a, b, c}).last) == std::vector<Dot>{dot("n1", 1)});
  CHECK(common_past({a, b, c}).certain);
  const ToldVersion blind{{dot("n3", 2)}, {}};
  CHECK(common_past({a, blind}).last.empty());
  CHECK(common_past({a, blind}).certain);
  CHECK(had_seen(a, c) == Knew::no);
  CHECK(had_seen({{dot("n1", 5)}, root}, {{dot("n1", 1)}, {}}) == Knew::yes);
}

TEST_CASE("two writers who had seen the same conflict have several last common versions") {
  Lineage seen = chain({}, "n1", 1, 1);
  seen.join(chain({}, "n2", 1, 1));
  CHECK(dots(common_past({{{dot("n1", 2)}, seen}, {{dot("n2", 2)}, seen}}).last) ==
        std::vector<Dot>{dot("n1", 1), dot("n2", 1)});
}

TEST_CASE("long chains on both sides of a cut still name the version before it, for certain") {
  const Lineage root = chain({}, "n1", 1, 10);
  Lineage left = chain(root, "n1", 11, 90), right = chain(root, "n2", 1, 70);
  const auto before_the_cut = [](const Dot& one) { return one.actor.node == "n1" && one.counter <= 10; };
  left.thin({4, 8}, before_the_cut);
  right.thin({4, 8}, before_the_cut);
  const CommonPast past = common_past({{{dot("n1", 91)}, left}, {{dot("n2", 71)}, right}});
  CHECK(dots(past.last) == std::vector<Dot>{dot("n1", 10)});
  CHECK(past.certain);
}

TEST_CASE("what may have been left out on both sides is said to be uncertain") {
  const Lineage root = chain({}, "n1", 1, 10);
  Lineage left = chain(root, "n1", 11, 30);
  Lineage right = chain(chain(root, "n1", 11, 15), "n2", 1, 20);  // it had seen five more
  left.thin({4, 6}, never);
  right.thin({4, 6}, never);
  CHECK_FALSE(common_past({{{dot("n1", 31)}, left}, {{dot("n2", 21)}, right}}).certain);
  CHECK(had_seen({{dot("n1", 31)}, left}, {{dot("n1", 12)}, {}}) == Knew::unknown);
}

TEST_CASE("a version that was left out and came back by another way is not for certain beside who may have seen it") {
  Lineage seen = chain(chain({}, "n2", 1, 1), "n1", 1, 3);
  seen.thin({1, 1}, never);  // n1:3 alone: that it had seen n2:1 is a span
  seen.join(chain({}, "n2", 1, 1));
  CHECK_FALSE(seen.saw(dot("n1", 3), dot("n2", 1)));
  const CommonPast past = common_past({{{dot("n1", 4)}, seen}, {{dot("n3", 1)}, seen}});
  CHECK(past.last.size() == 2);
  CHECK_FALSE(past.certain);

  // Nobody had seen n4:1.
  Lineage beside = chain(chain({}, "n2", 1, 1), "n1", 1, 3);
  beside.thin({1, 1}, never);
  beside.join(chain({}, "n4", 1, 1));
  CHECK(common_past({{{dot("n1", 4)}, beside}, {{dot("n3", 1)}, beside}}).certain);
}

TEST_CASE("what is joined stands in front of who had seen it, also where he had come first") {
  Lineage thinned = chain({}, "n1", 1, 2);
  thinned.thin({1, 1}, never);  // n1:2 alone
  thinned.add_newest(dot("n2", 1), {}, 0);
  thinned.join(chain({}, "n1", 1, 2));
  CHECK(dots(thinned.versions()) == std::vector<Dot>{dot("n1", 1), dot("n1", 2), dot("n2", 1)});
  CHECK(thinned.saw(dot("n2", 1), dot("n1", 1)));
  CHECK(thinned.find(dot("n1", 2))->left_out.has(dot("n1", 1)));
}

TEST_CASE("a version that is there already is not added again") {
  Lineage lineage = chain({}, "n1", 1, 3);
  const Lineage before = lineage;
  lineage.add_newest(dot("n1", 2), {}, 7);
  CHECK(lineage == before);
}

TEST_CASE("thinning goes on until what is left fits, and asks of each that is left out") {
  const Lineage all = chain({}, "n1", 1, 30);
  const auto before_the_cut = [](const Dot& one) { return one.counter <= 10; };
  std::vector<std::size_t> asked;
  Lineage lineage = all;
  lineage.thin({4, 25}, before_the_cut, [&](const Lineage& one, const std::vector<char>&) {
    asked.push_back(one.versions().size());
    return asked.size() == 4;
  });
  CHECK(asked == std::vector<std::size_t>{21, 20, 19, 18});
  CHECK(lineage.versions().front().dot == dot("n1", 10));
  asked.clear();
  lineage = all;
  lineage.thin({25, 25}, before_the_cut, [&](const Lineage& one, const std::vector<char>&) {
    asked.push_back(one.versions().size());
    return false;
  });
  CHECK(asked.front() == 25);
  CHECK(asked[1] == 21);  // all before the cut go together
  CHECK(asked.size() == 23);
  CHECK(lineage.versions().empty());
  CHECK(lineage.left_out().has(dot("n1", 1)));
  CHECK(lineage.left_out().has(dot("n1", 30)));
}

TEST_CASE("an operation is found by its tag, and no operation has none") {
  Lineage lineage;
  lineage.add_newest(dot("n1", 1), {}, 0);
  lineage.add_newest(dot("n1", 2), {}, operation_tag("once"));
  CHECK(lineage.with_tag(operation_tag("once"))->dot == dot("n1", 2));
  CHECK(lineage.with_tag(operation_tag("twice")) == nullptr);
  CHECK(lineage.with_tag(operation_tag("")) == nullptr);
}
