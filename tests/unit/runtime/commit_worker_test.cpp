#include "node/runtime/commit_worker.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <semaphore>

#include "tests/unit/runtime/test_world.hpp"

using namespace kin;

namespace {

constexpr std::chrono::seconds patience{20};

// A disk that commits when it is let.
struct Disk {
  Disk() {
    store.before_commit = [this] {
      at_disk.release();
      REQUIRE(go_on.try_acquire_for(patience));
    };
  }

  FailingStore store;
  std::binary_semaphore at_disk{0}, go_on{0}, woken{0};
  ManualTime time;
  CommitWorker worker{store, [this] { woken.release(); }, time};
};

}  // namespace

TEST_CASE("a batch is committed elsewhere, its result is there once, behind the wake") {
  Disk disk;
  const WriteBatch batch{{"a", "1"}};
  disk.worker.begin(batch);
  REQUIRE(disk.at_disk.try_acquire_for(patience));
  CHECK(!disk.worker.has_ended());
  CHECK(!disk.worker.take_result());
  disk.go_on.release();
  REQUIRE(disk.woken.try_acquire_for(patience));
  CHECK(disk.worker.has_ended());
  const auto result = disk.worker.take_result();
  REQUIRE(result);
  CHECK(result->committed.has_value());
  CHECK(!disk.worker.has_ended());
  CHECK(!disk.worker.take_result());
  CHECK(disk.store.get("a") == "1");
}

TEST_CASE("who waits for a commit gets its error, and the next one is another") {
  Disk disk;
  disk.store.writes_fail = true;
  const WriteBatch batch{{"a", "1"}};
  for (int i = 0; i < 2; ++i) {
    disk.worker.begin(batch);
    disk.go_on.release();
    const auto result = disk.worker.wait();
    CHECK(result.committed.has_value() == (i == 1));
    REQUIRE(disk.woken.try_acquire_for(patience));
    disk.store.writes_fail = false;
  }
  CHECK(disk.store.get("a") == "1");
}

TEST_CASE("what is committed here and now wakes nobody") {
  Disk disk;
  disk.go_on.release();
  CHECK(disk.worker.commit({{"a", "1"}}).committed.has_value());
  CHECK(!disk.woken.try_acquire());
}

TEST_CASE("a worker that ends waits for the commit that goes on") {
  FailingStore store;
  ManualTime time;
  const WriteBatch batch{{"a", "1"}};
  {
    CommitWorker worker(
        store, [] {}, time);
    worker.begin(batch);
  }
  CHECK(store.get("a") == "1");
}
