#include "driver/sim_runs/shrink.hpp"

#include <catch2/catch.hpp>

using namespace kin::sim;

TEST_CASE("a failure is shortened to what it needs") {
  Options options;
  options.operations = 5000;
  options.faults.fill(true);
  const auto fails = [](const Options& o) {
    return o.operations >= 137 && o.may(Fault::clog) && o.may(Fault::lose_disk) && o.clients >= 2;
  };
  REQUIRE(fails(options));
  unsigned runs = 0;
  const auto counted = [&](const Options& o) {
    ++runs;
    return fails(o);
  };
  const Options shorter = shrink(options, counted, 200);
  CHECK(fails(shorter));
  CHECK(shorter.operations == 137);
  CHECK(std::count(shorter.faults.begin(), shorter.faults.end(), true) == 2);
  CHECK(shorter.keys == 1);
  CHECK(shorter.clients == 2);
  CHECK(shorter.nodes == 3);
  CHECK(runs <= 200);
}

TEST_CASE("shortening ends when its runs are used up, with something that fails") {
  Options options;
  options.operations = 100'000;
  const auto fails = [](const Options& o) { return o.operations % 2 == 0; };
  CHECK(fails(shrink(options, fails, 5)));
}

TEST_CASE("the flags of shortened options lead back to them") {
  Options options = draw(7);
  options.operations = 12;
  options.keys = 1;
  options.faults.fill(false);
  CHECK(flags(options).starts_with("--seed 7 --ops 12 --keys 1"));
}
