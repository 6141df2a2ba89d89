#include "node/runtime/call_table.hpp"

#include <utility>

namespace kin {
namespace {

constexpr std::size_t usual_name_bytes = 256;
// Slots where no call is open: as many as come in one turn, mostly.
constexpr std::size_t most_kept = 1024;

void empty(std::string& text) {
  if (text.capacity() > usual_name_bytes) text = std::string();
  text.clear();
}

std::size_t slot_of(CallId id) { return id % CallTable::most_open_calls; }

}  // namespace

std::optional<CallTable::Opened> CallTable::open() {
  if (free_.empty()) {
    if (slots_.size() == most_open_calls) return std::nullopt;
    free_.push_back(slots_.size());
    slots_.emplace_back();
  }
  Slot& slot = slots_[free_.back()];
  slot.id = ++opened_ * most_open_calls + free_.back();
  free_.pop_back();
  return Opened{slot.id, slot.call};
}

Call* CallTable::find(CallId id) {
  const std::size_t at = slot_of(id);
  return id != 0 && at < slots_.size() && slots_[at].id == id ? &slots_[at].call : nullptr;
}

void CallTable::close(CallId id) {
  Call* call = find(id);
  if (call == nullptr) return;
  empty(call->from);
  empty(call->client);
  empty(call->about);
  slots_[slot_of(id)].id = 0;
  free_.push_back(slot_of(id));
}

std::vector<Call> CallTable::close_all() {
  std::vector<Call> all;
  all.reserve(size());
  for (Slot& slot : slots_) {
    if (slot.id != 0) all.push_back(std::move(slot.call));
  }
  slots_.clear();
  free_.clear();
  return all;
}

std::size_t CallTable::forget_expired(std::uint64_t now_ms) {
  const std::size_t before = size();
  if (before == 0 && slots_.size() > most_kept) close_all();  // there was a rush: its memory goes with it
  for (const Slot& slot : slots_) {
    if (slot.id != 0 && slot.call.deadline_ms + grace_ms < now_ms) close(slot.id);
  }
  return before - size();
}

}  // namespace kin
