#include "node/runtime/job_worker.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "common/assert.hpp"

namespace kin {
namespace {

// Nodes share machines, and loops are short of breath: what computes for seconds gives way to what answers in
// microseconds. Where the machine is idle it costs nothing. On Linux this is of the calling thread alone.
void give_way() {
  constexpr int niceness = 10;
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
}

}  // namespace

class JobWorker::Work : public JobWatch {
 public:
  Work(JobWorker& worker, TierJob of) : worker_(worker), tier_(of.tier), job_(std::move(of.job)) {}

  Name name() const { return {tier_, job_.id}; }
  void cancel() { cancelled_ = true; }
  std::string run() {
    told_us_ = worker_.time_.now_us();
    return job_.run(*this);
  }

  bool cancelled() const override { return cancelled_.load(std::memory_order_relaxed); }
  void progress(std::uint64_t done, std::uint64_t total) override {
    const std::uint64_t now_us = worker_.time_.now_us();
    if (now_us < told_us_ + between_progress_us) return;
    told_us_ = now_us;
    worker_.progress(*this, {job_.id, done, total});
  }

 private:
  JobWorker& worker_;
  const TierIndex tier_;
  const Job job_;
  std::atomic<bool> cancelled_ = false;
  std::uint64_t told_us_ = 0;  // of the thread that runs it
};

unsigned JobWorker::threads_here() {
  const unsigned cores = std::thread::hardware_concurrency();
  return std::clamp(cores, 2u, 3u) - 1;
}

JobWorker::JobWorker(unsigned threads, std::function<void()> wake, const TimeSource& time)
    : wake_(std::move(wake)), time_(time) {
  KIN_REQUIRE(threads > 0, "a worker without threads");
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& end) { work(end); });
  }
}

JobWorker::~JobWorker() {
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, work] : open_) work->cancel();
    open_.clear();
    waiting_.clear();
  }
  for (std::jthread& thread : threads_) thread.request_stop();
}

void JobWorker::run(TierJob job) {
  auto work = std::make_shared<Work>(*this, std::move(job));
  {
    const std::lock_guard lock(mutex_);
    const bool added = open_.emplace(work->name(), work).second;
    KIN_REQUIRE(added, "job " + std::to_string(work->name().second) + " of tier " + std::to_string(work->name().first) +
                           " is given twice");
    waiting_.push_back(std::move(work));
  }
  more_.notify_one();
}

void JobWorker::cancel(const TierCancel& cancel) {
  const Name name{cancel.tier, cancel.id};
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(name);
  if (found == open_.end()) return;
  found->second->cancel();
  open_.erase(found);
  progress_.erase(name);
  std::erase_if(waiting_, [&](const auto& work) { return work->name() == name; });
  std::erase_if(results_, [&](const auto& result) { return result.first == name; });
}

std::vector<JobNews> JobWorker::take_news() {
  std::vector<JobNews> news;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, progress] : progress_) news.push_back({name.first, progress});
  progress_.clear();
  for (auto& [name, bytes] : results_) {
    open_.erase(name);
    news.push_back({name.first, JobResult{name.second, std::move(bytes)}});
  }
  results_.clear();
  return news;
}

void JobWorker::work(const std::stop_token& end) {
  give_way();
  while (const std::shared_ptr<Work> work = next(end)) ended(*work, work->run());
}

// nullptr: the worker ends.
std::shared_ptr<JobWorker::Work> JobWorker::next(const std::stop_token& end) {
  std::unique_lock lock(mutex_);
  if (!more_.wait(lock, end, [&] { return !waiting_.empty(); })) return nullptr;
  std::shared_ptr<Work> work = std::move(waiting_.front());
  waiting_.pop_front();
  return work;
}

void JobWorker::progress(const Work& of, const JobProgress& progress) {
  {
    const std::lock_guard lock(mutex_);
    if (!open_.contains(of.name())) return;  // cancelled
    progress_[of.name()] = progress;
  }
  wake_();
}

void JobWorker::ended(const Work& of, std::string result) {
  {
    const std::lock_guard lock(mutex_);
    if (!open_.contains(of.name())) return;  // cancelled
    progress_.erase(of.name());
    results_.emplace_back(of.name(), std::move(result));
  }
  wake_();
}

}  // namespace kin
