#include "driver/sim/sim_disk.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace kin;
using namespace kin::sim;

namespace {

bool put(SimDisk& disk, const std::string& key) { return disk.commit({{key, "value"}}).has_value(); }

std::string keys(const SimDisk& disk) {
  std::string out;
  for (const auto& [key, value] : disk.records().records()) out += key;
  return out;
}

}  // namespace

TEST_CASE("a power cut takes the newest commits that were not synced, none or all of them") {
  std::set<std::string> left;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Rng rng(seed);
    SimDisk disk;
    REQUIRE(put(disk, "a"));
    disk.synced();
    REQUIRE(put(disk, "b"));
    REQUIRE(put(disk, "c"));
    const std::size_t gone = disk.power_cut(rng);
    CHECK(keys(disk).size() == 3 - gone);
    left.insert(keys(disk));
  }
  CHECK(left == std::set<std::string>{"a", "ab", "abc"});
}

TEST_CASE("a process that dies in its commit may have made it or not") {
  std::set<std::string> left;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Rng rng(seed);
    SimDisk disk;
    REQUIRE(put(disk, "a"));
    disk.synced();
    REQUIRE(disk.commit({{"a", std::nullopt}, {"b", "value"}}));
    const bool arrived = disk.died_in_commit(rng);
    CHECK(keys(disk) == (arrived ? "b" : "a"));
    left.insert(keys(disk));
  }
  CHECK(left == std::set<std::string>{"a", "b"});
}

TEST_CASE("after a failed write the disk says OK, and has forgotten it when it is opened again") {
  SimDisk disk;
  REQUIRE(put(disk, "a"));
  disk.synced();
  disk.arm(DiskFault::write_fails);
  CHECK_FALSE(put(disk, "b"));
  CHECK(put(disk, "c"));
  disk.synced();
  CHECK(disk.get("c") == "value");
  disk.closed();
  CHECK(keys(disk) == "a");
  CHECK(put(disk, "d"));
  disk.synced();
  disk.closed();
  CHECK(keys(disk) == "ad");
}

TEST_CASE("after a failed sync nothing is taken any more, until the disk is opened again") {
  SimDisk disk;
  disk.arm(DiskFault::sync_fails);
  CHECK_FALSE(put(disk, "a"));
  CHECK_FALSE(put(disk, "b"));
  disk.closed();
  CHECK(keys(disk).empty());
  CHECK(put(disk, "c"));
}

TEST_CASE("a full disk takes nothing until there is room, and lies after that") {
  SimDisk disk;
  disk.set_full(true);
  CHECK_FALSE(put(disk, "a"));
  disk.set_full(false);
  CHECK(put(disk, "b"));
  disk.synced();
  disk.closed();
  CHECK(keys(disk).empty());
}

TEST_CASE("an armed read fails once") {
  SimDisk disk;
  REQUIRE(put(disk, "a"));
  disk.arm(DiskFault::read_fails);
  CHECK_THROWS_AS(disk.get("a"), StorageFailure);
  CHECK(disk.get("a") == "value");
}
