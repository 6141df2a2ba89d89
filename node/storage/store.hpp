// What protocols see of the disk, and what the runtime does with it.
//
// A protocol reads through a StoreView and writes into a WriteBatch; within a turn it sees its own writes
// (Overlay). The runtime makes the writes of a whole turn durable as one batch. Keys and values are bytes; keys
// are ordered as unsigned bytes.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace kin {

// The disk failed or lied. Nothing may be acknowledged after one of these.
struct StorageError {
  bool damaged = false;  // what is on disk cannot be trusted; otherwise it could not be written or read now
  std::string message;   // names the place
};

// Thrown by reads only: a protocol cannot go on after a read that failed, and the runtime treats it as the end of
// this process's use of the disk.
struct StorageFailure {
  StorageError error;
};

class StoreView {
 public:
  // Returns false to stop.
  using Visitor = std::function<bool(std::string_view key, std::string_view value)>;

  virtual ~StoreView() = default;
  virtual std::optional<std::string> get(std::string_view key) const = 0;
  // The same of many keys, in their order. A store that has to wait for a disk waits for all of them together.
  virtual std::vector<std::optional<std::string>> get_all(std::span<const std::string> keys) const;
  // Visits every key k with from <= k < to in order; an empty `to` means no upper end.
  virtual void scan(std::string_view from, std::string_view to, const Visitor& visit) const = 0;
};

// Puts and erasures, at most one a key: the last one counts. nullopt erases.
class WriteBatch : public std::map<std::string, std::optional<std::string>, std::less<>> {
 public:
  using map::map;

  // Takes over what has other keys. Mostly one tier alone has written, and then nothing is moved one by one.
  void merge(WriteBatch&& other) { empty() ? swap(other) : map::merge(other); }
};

class Store : public StoreView {
 public:
  // All or nothing. With durability fsync the batch is on disk when this returns. After an error the store must not
  // be used again: close it and open it anew, since LevelDB says OK to what follows a failed write, and loses it.
  [[nodiscard]] virtual tl::expected<void, StorageError> commit(const WriteBatch& batch) = 0;
};

// A view with writes laid over it that are not in it yet, under a key prefix of their own: those of the current turn.
class Overlay : public StoreView {
 public:
  // `base` must outlive the overlay. All keys that go in and out lack the prefix.
  Overlay(const StoreView& base, std::string prefix) : base_(base), prefix_(std::move(prefix)) {}
  Overlay(const Overlay&) = delete;
  Overlay& operator=(const Overlay&) = delete;

  std::optional<std::string> get(std::string_view key) const override;
  std::vector<std::optional<std::string>> get_all(std::span<const std::string> keys) const override;
  void scan(std::string_view from, std::string_view to, const Visitor& visit) const override;

  void put(std::string_view key, std::string value);
  void erase(std::string_view key);

  // The writes since the last take, under their full keys; the overlay is empty afterwards. The caller commits
  // them to the base before it reads through the overlay again.
  WriteBatch take();
  // The same writes, as they stand; their keys are full ones.
  const WriteBatch& writes() const { return writes_; }
  // Writes that were taken elsewhere, under full keys, where there is none so far.
  void lay(WriteBatch&& writes);
  bool dirty() const { return !writes_.empty(); }

 private:
  std::string full(std::string_view key) const;  // with the prefix
  void write(std::string_view key, std::optional<std::string> value);

  const StoreView& base_;
  std::string prefix_;
  WriteBatch writes_;                          // full keys
  WriteBatch::iterator last_ = writes_.end();  // what was written last; the end where nothing was
};

}  // namespace kin
