// Each rule of names and clocks, broken by hand; and what must not be taken for a violation.
#include "driver/sim/name_judge.hpp"

#include <catch2/catch.hpp>

using namespace kin::sim;
using kin::Dot;
using kin::EntryClock;

namespace {

struct Names {
  CausalOracle oracle{{"n1", "n2"}};
  NameJudge judge{oracle};

  Names() {
    for (const char* value : {"a", "b"}) oracle.wrote("n1", "k", value, {});
    oracle.wrote("n1", "other", "c", {});
  }
  void shown(const std::string& value, const Dot& dot, const EntryClock& clock, const std::string& key = "k") {
    judge.shown("n1", key, {{value, clock, dot, "", 0, ""}});
  }
  std::string rule() const { return oracle.violations().empty() ? "" : oracle.violations().front().rule; }
};

Dot dot(std::uint64_t counter) { return {{"n1", {5, 1}}, counter}; }
EntryClock clock_of(std::uint64_t count) { return EntryClock({{"n1", count}}); }

}  // namespace

TEST_CASE("names: values that keep their dots and clocks, and one that nobody wrote") {
  Names s;
  for (int round = 0; round < 2; ++round) {
    s.shown("a", dot(1), clock_of(1));
    s.shown("b", dot(2), clock_of(2));
    s.shown("c", dot(3), clock_of(1), "other");
    s.shown("of nobody", dot(1), clock_of(9));
  }
  CHECK(s.rule() == "");
}

TEST_CASE("names: a value has another dot than before") {
  Names s;
  s.shown("a", dot(1), clock_of(1));
  s.shown("a", dot(2), clock_of(1));
  CHECK(s.rule() == "two names");
}

TEST_CASE("names: a value has another clock than before") {
  Names s;
  s.shown("a", dot(1), clock_of(1));
  s.shown("a", dot(1), clock_of(2));
  CHECK(s.rule() == "two names");
}

TEST_CASE("names: a dot names two values of a key, or of two keys") {
  for (const bool of_one_key : {true, false}) {
    Names s;
    s.shown("a", dot(1), clock_of(1));
    of_one_key ? s.shown("b", dot(1), clock_of(2)) : s.shown("c", dot(1), clock_of(1), "other");
    CHECK(s.rule() == "two names");
  }
}

TEST_CASE("names: the clock of a write is above that of what it replaced") {
  Names s;
  s.shown("a", dot(1), clock_of(2));
  s.judge.replaced("n1", "k", "b", clock_of(3), {"a", "b", "of nobody"});
  CHECK(s.rule() == "");
  s.judge.replaced("n1", "k", "b", clock_of(2), {"b", "a"});
  CHECK(s.rule() == "clock");
}

TEST_CASE("names: the clock of a write is not above one beside it") {
  Names s;
  s.shown("a", dot(1), clock_of(2));
  s.judge.replaced("n1", "k", "b", EntryClock({{"n2", 9}}), {"a"});
  CHECK(s.rule() == "clock");
}
