#include "node/protocols/causal/entry_cache.hpp"

#include <utility>

namespace kin::causal {
namespace {

// Nodes of the containers, small strings, and what the allocator adds.
constexpr std::size_t bytes_of_a_slot = 256;
constexpr std::size_t bytes_of_a_sibling = 256;
constexpr std::size_t bytes_of_a_count = 64;
constexpr std::size_t bytes_of_an_actor = 128;
constexpr std::size_t bytes_of_a_pair = 96;

std::size_t weight(std::string_view key, const Entry& entry) {
  std::size_t out = bytes_of_a_slot + key.size() + entry.context.actors().size() * bytes_of_an_actor;
  for (const auto& [dot, sibling] : entry.siblings) {
    out += bytes_of_a_sibling + sibling.value.size() + sibling.operation.size() + sibling.client.size() +
           sibling.clock.counts().size() * bytes_of_a_count + sibling.content_type.size() + sibling.lineage.size() +
           sibling.meta.size() * bytes_of_a_pair;
    for (const auto& [name, text] : sibling.meta) out += name.size() + text.size();
    for (const auto& [base, text] : sibling.bases) out += bytes_of_an_actor + text.size();
  }
  return out;
}

}  // namespace

const Entry* EntryCache::find(std::string_view key) {
  const auto found = slots_.find(key);
  if (found == slots_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second.place);
  return &found->second.entry;
}

const Entry& EntryCache::put(std::string_view key, Entry entry) {
  auto place = slots_.lower_bound(key);
  if (place == slots_.end() || place->first != key) {
    place = slots_.emplace_hint(place, key, Slot{});
    place->second.place = order_.insert(order_.begin(), place);
  } else {
    order_.splice(order_.begin(), order_, place->second.place);
  }
  Slot& slot = place->second;
  bytes_ -= slot.bytes;
  slot.bytes = weight(key, entry);
  bytes_ += slot.bytes;
  slot.entry = std::move(entry);
  if (slot.entry.empty() && !std::exchange(slot.hollow, true)) hollow_.push_back(place);
  return slot.entry;
}

void EntryCache::trim() {
  for (const Slots::iterator slot : hollow_) {
    slot->second.hollow = false;
    if (slot->second.entry.empty()) erase(slot);
  }
  hollow_.clear();
  while (bytes_ > most_bytes_) erase(order_.back());
}

void EntryCache::erase(Slots::iterator slot) {
  bytes_ -= slot->second.bytes;
  order_.erase(slot->second.place);
  slots_.erase(slot);
}

}  // namespace kin::causal
