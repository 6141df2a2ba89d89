#include "node/runtime/job_worker.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <optional>
#include <semaphore>

using namespace kin;

namespace {

constexpr std::chrono::seconds long_enough{20};

struct SteppedTime : TimeSource {
  std::uint64_t now_us() const override { return us; }
  std::uint64_t wall_ns() const override { return 0; }
  std::atomic<std::uint64_t> us = 1'000'000;
};

struct Worker {
  explicit Worker(unsigned threads)
      : jobs(
            threads, [this] { news.release(); }, time) {}

  // Waits for the next news.
  JobNews next() {
    while (true) {
      for (JobNews& one : jobs.take_news()) taken.push_back(std::move(one));
      if (!taken.empty()) break;
      REQUIRE(news.try_acquire_for(long_enough));
    }
    JobNews first = std::move(taken.front());
    taken.erase(taken.begin());
    return first;
  }
  void run(JobId id, std::function<std::string(JobWatch&)> what, TierIndex tier = 0) {
    jobs.run({tier, {id, std::move(what)}});
  }

  std::counting_semaphore<> news{0};
  SteppedTime time;
  std::vector<JobNews> taken;
  JobWorker jobs;
};

std::string result_of(const JobNews& news, JobId id) {
  const auto* result = std::get_if<JobResult>(&news.what);
  REQUIRE(result != nullptr);
  CHECK(result->id == id);
  return result->bytes;
}

}  // namespace

TEST_CASE("jobs of one thread run in the order in which they were given, and each gives its result to its tier") {
  Worker worker(1);
  for (JobId id = 1; id <= 20; ++id)
    worker.run(
        id, [id](JobWatch&) { return std::to_string(id); }, id % 3);
  for (JobId id = 1; id <= 20; ++id) {
    const JobNews news = worker.next();
    CHECK(news.tier == id % 3);
    CHECK(result_of(news, id) == std::to_string(id));
  }
  CHECK(worker.jobs.take_news().empty());
}

TEST_CASE("two threads run two jobs at once") {
  Worker worker(2);
  std::binary_semaphore first{0}, second{0};
  worker.run(1, [&](JobWatch&) {
    first.release();
    return second.try_acquire_for(long_enough) ? std::string("met") : std::string("alone");
  });
  worker.run(2, [&](JobWatch&) {
    second.release();
    return first.try_acquire_for(long_enough) ? std::string("met") : std::string("alone");
  });
  for (int i = 0; i < 2; ++i) CHECK(std::get<JobResult>(worker.next().what).bytes == "met");
}

TEST_CASE("a running job that is cancelled is told, and no news of it comes") {
  Worker worker(1);
  std::binary_semaphore begun{0}, ended{0};
  worker.run(1, [&](JobWatch& watch) {
    begun.release();
    while (!watch.cancelled()) std::this_thread::yield();
    worker.time.us += 10 * JobWorker::between_progress_us;
    watch.progress(1, 2);
    ended.release();
    return std::string("nobody wants this");
  });
  REQUIRE(begun.try_acquire_for(long_enough));
  worker.jobs.cancel({0, 1});
  REQUIRE(ended.try_acquire_for(long_enough));
  worker.run(2, [](JobWatch&) { return std::string("next"); });
  CHECK(result_of(worker.next(), 2) == "next");
}

TEST_CASE("a waiting job that is cancelled never runs, and neither does the tier hear of one that has ended") {
  Worker worker(1);
  std::binary_semaphore begun{0}, go_on{0};
  worker.run(1, [&](JobWatch&) {
    begun.release();
    (void)go_on.try_acquire_for(long_enough);
    return std::string("first");
  });
  bool ran = false;
  worker.run(2, [&](JobWatch&) {
    ran = true;
    return std::string();
  });
  REQUIRE(begun.try_acquire_for(long_enough));
  worker.jobs.cancel({0, 2});
  worker.run(3, [](JobWatch&) { return std::string("third"); });
  go_on.release();
  // Both results are there once the worker has told twice.
  REQUIRE(worker.news.try_acquire_for(long_enough));
  REQUIRE(worker.news.try_acquire_for(long_enough));
  worker.jobs.cancel({0, 1});
  worker.jobs.cancel({7, 3});  // of another tier: somebody else's
  CHECK(result_of(worker.next(), 3) == "third");
  CHECK(worker.jobs.take_news().empty());
  CHECK(!ran);
}

TEST_CASE("progress is told ten times a second at most, and only the newest is kept") {
  SteppedTime time;
  std::atomic<int> told = 0;
  std::binary_semaphore all_told{0}, go_on{0};
  {
    JobWorker jobs(
        1, [&] { ++told; }, time);
    jobs.run({0, {1, [&](JobWatch& watch) {
                    watch.progress(1, 100);  // too early
                    time.us += JobWorker::between_progress_us;
                    watch.progress(2, 100);
                    watch.progress(3, 100);  // too early again
                    time.us += JobWorker::between_progress_us;
                    watch.progress(4, 100);
                    all_told.release();
                    (void)go_on.try_acquire_for(long_enough);
                    return std::string("end");
                  }}});
    REQUIRE(all_told.try_acquire_for(long_enough));
    CHECK(told == 2);
    const auto news = jobs.take_news();
    REQUIRE(news.size() == 1);
    CHECK(std::get<JobProgress>(news[0].what).done == 4);
    CHECK(std::get<JobProgress>(news[0].what).total == 100);
    go_on.release();
  }
  CHECK(told <= 3);
}

TEST_CASE("the end of the worker cancels what runs and what waits") {
  std::atomic<int> ended = 0;
  std::binary_semaphore begun{0};
  {
    Worker worker(1);
    worker.run(1, [&](JobWatch& watch) {
      begun.release();
      while (!watch.cancelled()) std::this_thread::yield();
      ++ended;
      return std::string();
    });
    worker.run(2, [&](JobWatch&) {
      ended += 100;
      return std::string();
    });
    REQUIRE(begun.try_acquire_for(long_enough));
  }
  CHECK(ended == 1);
}

TEST_CASE("a machine has one worker, or two where it has cores to spare") {
  CHECK(JobWorker::threads_here() >= 1);
  CHECK(JobWorker::threads_here() <= 2);
}
