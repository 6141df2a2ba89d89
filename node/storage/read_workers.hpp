// Threads that read beside the one that asks: a read that is not in memory waits for the disk, and several wait
// together. Who asks waits for all of them, so nothing is read behind anybody's back.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace kin {

class ReadWorkers {
 public:
  // To wake others for fewer reads than this costs more than to read them.
  static constexpr std::size_t least_shared = 16;

  explicit ReadWorkers(std::size_t threads);
  ~ReadWorkers();
  ReadWorkers(const ReadWorkers&) = delete;
  ReadWorkers& operator=(const ReadWorkers&) = delete;

  // Calls read(i) once for each i below `count`, here and on the other threads, and returns when all have returned.
  // `read` must not throw. Of one thread at a time.
  void each(std::size_t count, const std::function<void(std::size_t)>& read);

 private:
  struct Round {
    std::size_t count;
    const std::function<void(std::size_t)>& read;
    std::atomic<std::size_t> next{0};  // the first that nobody has taken

    void take_part() noexcept;
  };

  void work(const std::stop_token& end);

  std::mutex mutex_;          // of the three that follow
  Round* round_ = nullptr;    // that others may enter
  std::uint64_t rounds_ = 0;  // so far
  std::size_t inside_ = 0;    // of the workers
  std::condition_variable_any opened_;
  std::condition_variable left_;
  std::vector<std::jthread> threads_;  // last: they end before the rest goes
};

}  // namespace kin
