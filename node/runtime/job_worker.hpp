// Jobs on threads of their own, so that heavy computing does not hold up the loop. Outside the transport only this, the
// commit worker and the store's readers have threads and a lock; it is held for the moment of a look into a list, never
// while a job runs.
//
// What is given here waits without a bound: the tier that asks knows how much it asks for.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "node/runtime/job_runner.hpp"
#include "node/runtime/time_source.hpp"

namespace kin {

class JobWorker : public JobRunner {
 public:
  // Of one job, in microseconds of the time source.
  static constexpr std::uint64_t between_progress_us = 100'000;

  // One core is the loop's; more than two workers would take the cores of the nodes beside this one.
  static unsigned threads_here();

  // `threads` is at least 1. `wake` is called from the workers' threads whenever there is news, and outlives this
  // object, as `time` does, which is read by all threads.
  JobWorker(unsigned threads, std::function<void()> wake, const TimeSource& time);
  // Cancels all jobs and waits until the running ones have noticed.
  ~JobWorker() override;
  JobWorker(const JobWorker&) = delete;
  JobWorker& operator=(const JobWorker&) = delete;

  void run(TierJob job) override;
  void cancel(const TierCancel& cancel) override;
  std::vector<JobNews> take_news() override;

 private:
  class Work;
  using Name = std::pair<TierIndex, JobId>;

  void work(const std::stop_token& end);
  std::shared_ptr<Work> next(const std::stop_token& end);
  void progress(const Work& of, const JobProgress& progress);
  void ended(const Work& of, std::string result);

  const std::function<void()> wake_;
  const TimeSource& time_;
  std::mutex mutex_;  // of all that follows
  std::condition_variable_any more_;
  std::deque<std::shared_ptr<Work>> waiting_;
  std::map<Name, std::shared_ptr<Work>> open_;  // waiting, running, and ended without being taken
  std::map<Name, JobProgress> progress_;        // not taken yet
  std::vector<std::pair<Name, std::string>> results_;
  std::vector<std::jthread> threads_;  // last: they end before the rest goes
};

}  // namespace kin
