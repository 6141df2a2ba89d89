#include "node/protocols/causal/conflict_rule.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "common/causality/union_of_lines.hpp"
#include "node/protocols/causal/provenance.hpp"

using namespace kin;
using causal::by_rule;
using causal::thrown_away;

namespace {

Dot dot(const char* node, std::uint64_t counter) { return {{node, {1, 1}}, counter}; }

wire::ShownSibling shown(const std::string& value, const Dot& dot, std::uint64_t written_us) {
  return {value, EntryClock({{dot.actor.node, dot.counter}}), dot, "ann", written_us, "", "", {}};
}

std::vector<std::string> texts(const std::vector<wire::ShownSibling>& values) {
  std::vector<std::string> out;
  for (const wire::ShownSibling& value : values) out.push_back(value.value);
  return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("what a rule shows does not depend on the order in which values came") {
  std::vector<wire::ShownSibling> values{shown("b\na", dot("n1", 7), 30), shown("z", dot("n2", 1), 10),
                                         shown("c\na", dot("n3", 2), 30)};
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.dot < b.dot; });
  do {
    CHECK(by_rule(OnConflict::siblings, values).size() == 3);
    CHECK(texts(by_rule(OnConflict::latest, values)) == Texts{"c\na"});  // at one moment the greatest dot
    CHECK(texts(by_rule(OnConflict::max, values)) == Texts{"z"});
    CHECK(texts(by_rule(OnConflict::union_of_lines, values)) == Texts{"a\nb\nc\nz"});
    CHECK(by_rule(OnConflict::union_of_lines, values).front().clock == EntryClock({{"n1", 7}, {"n2", 1}, {"n3", 2}}));
  } while (
      std::next_permutation(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.dot < b.dot; }));
}

TEST_CASE("one value is shown as it is under every rule, and nothing is thrown away with it") {
  const std::vector<wire::ShownSibling> one{shown("b\na", dot("n1", 7), 30)};
  for (const OnConflict rule :
       {OnConflict::siblings, OnConflict::latest, OnConflict::max, OnConflict::union_of_lines}) {
    CHECK(texts(by_rule(rule, one)) == Texts{"b\na"});
    CHECK(thrown_away(rule, one).empty());
  }
}

TEST_CASE("what is thrown away is all but what was shown, and only where a rule throws") {
  const std::vector<wire::ShownSibling> values{shown("old", dot("n1", 7), 10), shown("new", dot("n2", 1), 20)};
  CHECK(texts(thrown_away(OnConflict::latest, values)) == Texts{"old"});
  CHECK(texts(thrown_away(OnConflict::max, values)) == Texts{"new"});
  CHECK(thrown_away(OnConflict::union_of_lines, values).empty());
  CHECK(thrown_away(OnConflict::siblings, values).empty());
}

TEST_CASE("a value of a bucket with keep_base brings the newest value that all have, and at most four") {
  const auto settled = [](const Dot& one) { return one.counter <= 10; };
  Siblings held;
  Lineage lineage;
  held.emplace(dot("n1", 9), Sibling{"nine", {}, "", "", 0});
  for (std::uint64_t n = 10; n <= 30; ++n) {
    lineage.add_newest(held.begin()->first, {}, 0);
    const auto bases = causal::bases_of(held, lineage, settled);
    CHECK(bases.size() <= 4);
    CHECK(bases.at(held.begin()->first) == held.begin()->second.value);
    if (n > 10) CHECK(bases.at(dot("n1", 10)) == "value 10");
    if (n > 10) CHECK_FALSE(bases.contains(dot("n1", 9)));
    if (n > 12) CHECK(bases.contains(dot("n1", 11)));  // the oldest that not all are known to have
    Sibling next{"value " + std::to_string(n), {}, "", "", 0};
    next.bases = bases;
    held.clear();
    held.emplace(dot("n1", n), std::move(next));
  }
}

TEST_CASE("a union of lines ends as its parts do") {
  CHECK(union_of_lines({"b\na", "a\nc"}) == "a\nb\nc");
  CHECK(union_of_lines({"b\n", "a"}) == "a\nb\n");
  CHECK(union_of_lines({"", ""}).empty());
}
