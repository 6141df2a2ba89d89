// A disk that does what disks do: it loses what was not synced when the power goes, it fills up, its writes, syncs and
// reads fail. What is on it is exactly known, so whoever claims that something is on it can be caught.
//
// After a failed write it behaves as LevelDB was measured to: it says OK to what follows and has forgotten it when it
// is opened again. After a failed sync it fails for good.
#pragma once

#include <optional>
#include <vector>

#include "node/protocols/rng.hpp"
#include "node/storage/memory_store.hpp"

namespace kin::sim {

enum class DiskFault { write_fails, sync_fails, read_fails };

class SimDisk : public Store {
 public:
  // Throw StorageFailure once after read_fails was armed.
  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view from, std::string_view to, const Visitor& visit) const override;
  // Errors: a full disk, an armed fault, a sync that failed before.
  [[nodiscard]] tl::expected<void, StorageError> commit(const WriteBatch& batch) override;

  // The fault happens at the next use that it fits.
  void arm(DiskFault fault) { armed_ = fault; }
  void set_full(bool full) { full_ = full; }
  bool read_will_fail() const { return armed_ == DiskFault::read_fails; }

  // All that was committed is safe now.
  void synced();

  // How the process that uses the disk ends. Each of them leaves the disk ready to be opened again.
  void closed();
  // In the middle of its last commit: true when that commit is on the disk.
  bool died_in_commit(Rng& rng);
  // The power went: of the commits that were not synced a random number of the newest is gone, at least one when the
  // last one was under way and is not drawn to have arrived. Returns how many are gone.
  std::size_t power_cut(Rng& rng);

  const MemoryStore& records() const { return records_; }
  // Puts another disk in its place: an empty one, or what a backup holds.
  void replace(MemoryStore records);

 private:
  void fail_read_if_armed() const;
  void take_back(std::size_t newest);

  MemoryStore records_;
  std::vector<MemoryStore::Before> undo_;      // of the commits that were not synced, oldest first
  std::optional<std::size_t> forgotten_from_;  // position in undo_ of the first commit that was a lie
  mutable std::optional<DiskFault> armed_;
  bool full_ = false;
  bool write_failed_ = false;
  bool sync_failed_ = false;
};

}  // namespace kin::sim
