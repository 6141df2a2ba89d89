#include "node/protocols/causal/named_dots.hpp"

#include <catch2/catch.hpp>

using namespace kin;
using namespace kin::causal;

namespace {

const Actor first{"n1", {1, 1}}, second{"n2", {1, 1}};

}  // namespace

TEST_CASE("dots that a message names in any order are put in order once") {
  NamedDots named;
  CHECK(named.empty());
  named.add(first, {7, 7}, "b");
  named.add(first, {1, 3}, "a");
  named.add(second, {5, 5}, "a");
  named.add(first, {4, 6}, "c");
  CHECK_FALSE(named.empty());
  REQUIRE(named.sort());
  const auto& rows = named.rows().at(first);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].key == "a");
  CHECK(rows[1].key == "c");
  CHECK(rows[2].key == "b");
  DotSet wanted;
  wanted.add(first, CounterSet::up_to(7));
  wanted.add(Dot{second, 5});
  CHECK(named.dots() == wanted);
}

TEST_CASE("a dot has one key, however far apart the two are that claim it") {
  const auto sound = [](std::initializer_list<NamedDots::Row> rows) {
    NamedDots named;
    for (const NamedDots::Row& row : rows) named.add(first, row.run, row.key);
    return named.sort();
  };
  CHECK(sound({{{1, 9}, "a"}, {{10, 10}, "b"}}));
  CHECK(sound({{{1, 9}, "a"}, {{3, 4}, "a"}, {{10, 10}, "b"}}));
  CHECK_FALSE(sound({{{1, 9}, "a"}, {{9, 9}, "b"}}));
  CHECK_FALSE(sound({{{1, 9}, "a"}, {{3, 3}, "a"}, {{5, 5}, "b"}}));
  CHECK_FALSE(sound({{{5, 5}, "b"}, {{5, 5}, "a"}}));
}
