#include "node/runtime/commit_worker.hpp"

#include <string>
#include <utility>

#include "common/assert.hpp"

namespace kin {

CommitWorker::CommitWorker(Store& store, std::function<void()> wake, const TimeSource& time)
    : store_(store), wake_(std::move(wake)), time_(time), thread_([this](const std::stop_token& end) { work(end); }) {}

CommitWorker::~CommitWorker() { thread_.request_stop(); }

Committer::Result CommitWorker::commit(const WriteBatch& batch) {
  const std::uint64_t began_us = time_.now_us();
  auto committed = store_.commit(batch);
  return {std::move(committed), time_.now_us() - began_us};
}

void CommitWorker::begin(const WriteBatch& batch) {
  {
    const std::lock_guard lock(mutex_);
    KIN_REQUIRE(batch_ == nullptr && !result_, "a batch of " + std::to_string(batch.size()) + " behind another one");
    batch_ = &batch;
  }
  changed_.notify_all();
}

bool CommitWorker::has_ended() const {
  const std::lock_guard lock(mutex_);
  return result_.has_value();
}

std::optional<Committer::Result> CommitWorker::take_result() {
  const std::lock_guard lock(mutex_);
  return std::exchange(result_, std::nullopt);
}

Committer::Result CommitWorker::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return result_.has_value(); });
  return *std::exchange(result_, std::nullopt);
}

void CommitWorker::work(const std::stop_token& end) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, end, [&] { return batch_ != nullptr; })) {
    const WriteBatch& batch = *batch_;
    lock.unlock();
    Result result = commit(batch);
    lock.lock();
    batch_ = nullptr;
    result_ = std::move(result);
    lock.unlock();
    changed_.notify_all();
    wake_();
    lock.lock();
  }
}

}  // namespace kin
