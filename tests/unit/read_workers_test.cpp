// Reads that are shared among threads: each is done once, and all are done when the one who asked goes on.
#include "node/storage/read_workers.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <semaphore>

using namespace kin;

TEST_CASE("each of some reads is done once, however many there are, round after round") {
  ReadWorkers workers(3);
  for (int round = 0; round < 200; ++round) {
    for (const std::size_t count : {0, 1, 15, 16, 17, 128, 1000}) {
      std::vector<int> done(count);  // not atomic: whoever returns from each() sees what the others did
      workers.each(count, [&](std::size_t i) { ++done[i]; });
      REQUIRE(done == std::vector<int>(count, 1));
    }
  }
}

TEST_CASE("many reads are shared, and few are not") {
  ReadWorkers workers(1);
  const auto here = std::this_thread::get_id();
  std::counting_semaphore<> elsewhere(0);
  bool shared = false;
  workers.each(ReadWorkers::least_shared, [&](std::size_t) {
    if (std::this_thread::get_id() != here) return elsewhere.release();
    if (!shared) shared = elsewhere.try_acquire_for(std::chrono::seconds(20));
  });
  CHECK((shared || elsewhere.try_acquire()));  // or the other thread was through before this one began
  workers.each(ReadWorkers::least_shared - 1, [&](std::size_t) { CHECK(std::this_thread::get_id() == here); });
}

TEST_CASE("workers that were never needed end") { ReadWorkers workers(3); }
