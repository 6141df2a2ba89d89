#include "node/storage/read_workers.hpp"

#include <algorithm>

namespace kin {
namespace {

constexpr std::size_t taken_at_once = 4;

}  // namespace

ReadWorkers::ReadWorkers(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& end) { work(end); });
  }
}

ReadWorkers::~ReadWorkers() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

void ReadWorkers::Round::take_part() noexcept {
  for (std::size_t first = next.fetch_add(taken_at_once); first < count; first = next.fetch_add(taken_at_once)) {
    for (std::size_t i = first; i < std::min(first + taken_at_once, count); ++i) read(i);
  }
}

void ReadWorkers::each(std::size_t count, const std::function<void(std::size_t)>& read) {
  Round round{count, read};
  if (count < least_shared) return round.take_part();
  {
    const std::lock_guard lock(mutex_);
    round_ = &round;
    ++rounds_;
  }
  opened_.notify_all();
  round.take_part();
  std::unique_lock lock(mutex_);
  round_ = nullptr;  // who comes late finds nothing to do, and is not waited for
  left_.wait(lock, [&] { return inside_ == 0; });
}

void ReadWorkers::work(const std::stop_token& end) {
  std::uint64_t seen = 0;
  std::unique_lock lock(mutex_);
  while (opened_.wait(lock, end, [&] { return round_ != nullptr && rounds_ != seen; })) {
    Round& round = *round_;
    seen = rounds_;
    ++inside_;
    lock.unlock();
    round.take_part();
    lock.lock();
    if (--inside_ == 0) left_.notify_one();
  }
}

}  // namespace kin
