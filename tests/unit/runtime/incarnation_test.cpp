#include "node/runtime/incarnation.hpp"

#include <catch2/catch.hpp>

#include "node/storage/memory_store.hpp"
#include "tests/unit/runtime/test_world.hpp"

using namespace kin;

namespace {

constexpr std::uint64_t noon_ns = 1'800'000'000'000'000'000u;

// What a process does at its start.
Incarnation begin(MemoryStore& store, std::uint64_t wall_ns, Rng& rng, std::uint32_t traced = 0) {
  const auto life = next_incarnation(store, traced, wall_ns, rng);
  REQUIRE(life);
  REQUIRE(store.commit({{"!incarnation", print_incarnation(*life)}}));
  return *life;
}

}  // namespace

TEST_CASE("the first incarnation is born now and is number 1") {
  MemoryStore store;
  Rng rng(1);
  const Incarnation life = begin(store, noon_ns, rng);
  CHECK(life.ordinal == 1);
  CHECK(life.born >= noon_ns);
  CHECK(life.born < noon_ns + 10'000'000);
}

TEST_CASE("S-51: a wall clock that went back, or stands still, does not make a later incarnation smaller") {
  MemoryStore store;
  Rng rng(1);
  Incarnation before = begin(store, noon_ns, rng);
  for (const std::uint64_t wall_ns : {noon_ns, noon_ns - 3'600'000'000'000, std::uint64_t{0}, noon_ns + 1}) {
    const Incarnation life = begin(store, wall_ns, rng);
    CHECK(life > before);
    CHECK(life.ordinal == before.ordinal + 1);
    before = life;
  }
}

TEST_CASE("S-17: after a lost disk the next incarnation is later, and numbered after the trace file") {
  MemoryStore store;
  Rng rng(1);
  const Incarnation before = begin(store, noon_ns, rng, 6);
  CHECK(before.ordinal == 7);
  MemoryStore empty;
  const Incarnation life = begin(empty, noon_ns + 10'000'000, rng, 7);
  CHECK(life > before);
  CHECK(life.ordinal == 8);
}

TEST_CASE("S-20: processes on copies of one directory are told apart though they start at one moment") {
  MemoryStore store;
  Rng rng(1), other_rng(2);
  begin(store, noon_ns, rng);
  MemoryStore copy = store;
  CHECK(begin(store, noon_ns, rng).born != begin(copy, noon_ns, other_rng).born);
  // And when their wall clock has gone back.
  CHECK(begin(store, 0, rng).born != begin(copy, 0, other_rng).born);
}

TEST_CASE("a record that is none is damage and not a fresh start") {
  Rng rng(1);
  for (const std::string& bytes : {std::string("rubbish"), std::string(), print_incarnation(removed_for_ever)}) {
    MemoryStore store;
    REQUIRE(store.commit({{"!incarnation", bytes}}));
    const auto life = next_incarnation(store, 0, noon_ns, rng);
    REQUIRE(!life);
    CHECK(life.error().damaged);
  }
}

TEST_CASE("a disk that cannot be read is an error") {
  FailingStore store;
  store.reads_fail = true;
  Rng rng(1);
  const auto life = next_incarnation(store, 0, noon_ns, rng);
  REQUIRE(!life);
  CHECK(life.error().message == "a read of db/000003.log");
}
