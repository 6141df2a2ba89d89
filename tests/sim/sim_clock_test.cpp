#include "driver/sim/sim_clock.hpp"

#include <catch2/catch.hpp>

using namespace kin::sim;

TEST_CASE("a clock that runs too fast gains, and never goes back when it is set right") {
  SimClock clock(1000, 5'000'000);
  CHECK(clock.local_us(0) == 1000);
  clock.run_at(1'500'000, 100);
  CHECK(clock.local_us(300) == 1000 + 100 + 300);
  CHECK(clock.world_us(300) == 200);
  clock.run_at(1'000'000, 300);
  CHECK(clock.local_us(300) == 1400);
  CHECK(clock.local_us(400) == 1500);
}

TEST_CASE("only the wall clock jumps") {
  SimClock clock(0, 5'000'000);
  clock.jump(-2'000'000);
  CHECK(clock.wall_us(1000) == 3'001'000);
  CHECK(clock.local_us(1000) == 1000);
}
