// Commits on a thread of their own, so that a turn is stepped while the one before it becomes durable. Beside the
// other workers and the transport this is the only place with a thread and a lock.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <tl/expected.hpp>

#include "node/runtime/time_source.hpp"
#include "node/storage/store.hpp"

namespace kin {

// What the loop asks for. Tests put a stand-in here.
class Committer {
 public:
  struct Result {
    tl::expected<void, StorageError> committed;  // what Store::commit returned
    std::uint64_t took_us = 0;
  };

  virtual ~Committer() = default;
  // Here and now.
  virtual Result commit(const WriteBatch& batch) = 0;
  // Elsewhere. Never blocks. The batch stays as it is until the result was taken; nothing else is committed meanwhile.
  virtual void begin(const WriteBatch& batch) = 0;
  // Whether there is a result to take.
  virtual bool has_ended() const = 0;
  // Once; nullopt while it goes on.
  virtual std::optional<Result> take_result() = 0;
  // The same, and waits for it.
  virtual Result wait() = 0;
};

class CommitWorker : public Committer {
 public:
  // `wake` is called from the worker's thread when a commit is through. It outlives the worker, as the others do.
  CommitWorker(Store& store, std::function<void()> wake, const TimeSource& time);
  // Waits for the commit that goes on.
  ~CommitWorker() override;
  CommitWorker(const CommitWorker&) = delete;
  CommitWorker& operator=(const CommitWorker&) = delete;

  Result commit(const WriteBatch& batch) override;
  void begin(const WriteBatch& batch) override;
  bool has_ended() const override;
  std::optional<Result> take_result() override;
  Result wait() override;

 private:
  void work(const std::stop_token& end);

  Store& store_;
  const std::function<void()> wake_;
  const TimeSource& time_;
  mutable std::mutex mutex_;  // of the two that follow
  const WriteBatch* batch_ = nullptr;
  std::optional<Result> result_;
  std::condition_variable_any changed_;
  std::jthread thread_;  // last: it ends before the rest goes
};

}  // namespace kin
