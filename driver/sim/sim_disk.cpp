#include "driver/sim/sim_disk.hpp"

#include <algorithm>
#include <utility>

#include "common/planted.hpp"

namespace kin::sim {

std::optional<std::string> SimDisk::get(std::string_view key) const {
  fail_read_if_armed();
  return records_.get(key);
}

void SimDisk::scan(std::string_view from, std::string_view to, const Visitor& visit) const {
  fail_read_if_armed();
  records_.scan(from, to, visit);
}

tl::expected<void, StorageError> SimDisk::commit(const WriteBatch& batch) {
  if (sync_failed_) return tl::unexpected(StorageError{false, "a sync had failed before"});
  if (full_ || armed_ == DiskFault::write_fails) {
    if (!full_) armed_.reset();
    write_failed_ = true;
    return tl::unexpected(StorageError{false, full_ ? "no space left" : "a write failed"});
  }
  if (write_failed_ || armed_ == DiskFault::sync_fails) forgotten_from_ = forgotten_from_.value_or(undo_.size());
  undo_.push_back(records_.exchange(batch));
  if (armed_ == DiskFault::sync_fails) {
    armed_.reset();
    sync_failed_ = true;
    return tl::unexpected(StorageError{false, "a sync failed"});
  }
  return {};
}

void SimDisk::synced() {
  constexpr std::size_t commits_at_risk = 8;
  if (planted(Bug::commits_not_synced) && undo_.size() < commits_at_risk) return;
  if (!forgotten_from_) undo_.clear();
}

void SimDisk::closed() {
  if (forgotten_from_) take_back(undo_.size() - *forgotten_from_);
  undo_.clear();
  forgotten_from_.reset();
  armed_.reset();
  write_failed_ = sync_failed_ = false;
}

bool SimDisk::died_in_commit(Rng& rng) {
  const bool arrived = !forgotten_from_ && rng.chance(0.5);
  if (!arrived && !undo_.empty()) take_back(1);
  if (forgotten_from_) forgotten_from_ = std::min(*forgotten_from_, undo_.size());
  closed();
  return arrived;
}

std::size_t SimDisk::power_cut(Rng& rng) {
  const std::size_t gone = undo_.empty() ? 0 : rng.below(undo_.size() + 1);
  take_back(gone);
  if (forgotten_from_) forgotten_from_ = std::min(*forgotten_from_, undo_.size());
  closed();
  return gone;
}

void SimDisk::replace(MemoryStore records) {
  closed();
  records_ = std::move(records);
}

void SimDisk::fail_read_if_armed() const {
  if (armed_ != DiskFault::read_fails) return;
  armed_.reset();
  throw StorageFailure{{false, "a read failed"}};
}

void SimDisk::take_back(std::size_t newest) {
  for (; newest > 0; --newest) {
    records_.take_back(std::move(undo_.back()));
    undo_.pop_back();
  }
}

}  // namespace kin::sim
