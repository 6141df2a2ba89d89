#include "node/protocols/causal/entry_cache.hpp"

#include <algorithm>
#include <utility>

namespace kin::causal {
namespace {

// Nodes of the containers, small strings, and what the allocator adds.
constexpr std::size_t bytes_of_a_slot = 448;
constexpr std::size_t bytes_of_a_sibling = 448;
constexpr std::size_t bytes_of_a_count = 64;
constexpr std::size_t bytes_of_an_actor = 128;
constexpr std::size_t bytes_of_a_run = 16;
constexpr std::size_t bytes_of_a_pair = 96;

// Of an answer: the rest of a long one is read in a row, and comes by itself.
constexpr std::size_t most_foreseen = 2u << 10;

// Of the bound, for each tree of the map.
constexpr std::size_t bytes_of_a_tree = 2u << 10;

std::size_t weight(std::string_view key, const Entry& entry) {
  const std::size_t actors = entry.context.actors().size() + entry.shadowed.actors().size();
  const std::size_t runs = entry.context.runs() + entry.shadowed.runs();
  std::size_t out = bytes_of_a_slot + key.size() + actors * bytes_of_an_actor + runs * bytes_of_a_run;
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

EntryCache::EntryCache(std::size_t most_bytes) : most_bytes_(most_bytes), slots_(most_bytes / bytes_of_a_tree + 1) {}

void EntryCache::weigh(Slot& slot, std::size_t bytes) {
  bytes_ += bytes - slot.bytes;
  slot.bytes = bytes;
}

const Entry* EntryCache::find(std::string_view key) {
  Slot* slot = slots_.find(key);
  if (slot == nullptr) return nullptr;
  slot->used = true;
  return &slot->entry;
}

const Entry& EntryCache::put(std::string_view key, Entry entry) {
  const auto [place, fresh] = slots_.place(key);
  Slot& slot = place.value();
  if (fresh) {
    slot.place = order_.insert(order_.begin(), place);
  } else {
    slot.used = true;
  }
  slot.answer = {};
  weigh(slot, weight(key, entry));
  slot.entry = std::move(entry);
  if (slot.entry.empty() && !std::exchange(slot.hollow, true)) hollow_.push_back(*slot.place);
  return slot.entry;
}

std::optional<Entry> EntryCache::take(std::string_view key) {
  Slot* slot = slots_.find(key);
  if (slot == nullptr) return std::nullopt;
  return std::move(slot->entry);
}

const std::string* EntryCache::answer(const HashedView& key) {
  Slot* slot = slots_.find(key);
  if (slot == nullptr || slot->answer.empty() || slot->epoch != epoch_) return nullptr;
  slot->used = true;
  causal::foresee(slot->answer.data(), std::min(slot->answer.size(), most_foreseen));
  return &slot->answer;
}

void EntryCache::keep_answer(std::string_view key, std::string answer) {
  Slot* slot = slots_.find(key);
  if (slot == nullptr) return;
  weigh(*slot, slot->bytes - slot->answer.size() + answer.size());
  slot->answer = std::move(answer);
  slot->epoch = epoch_;
}

void EntryCache::foresee(const HashedView& key, Foresight step) const {
  if (step == Foresight::place) return slots_.foresee_place(key);
  if (step == Foresight::slot) return slots_.foresee_item(key);
  const Slot* slot = slots_.find(key);
  if (slot == nullptr || slot->entry.siblings.empty()) return;
  causal::foresee(&*slot->entry.siblings.begin(), sizeof(Siblings::value_type));
}

void EntryCache::trim() {
  for (const Place& place : hollow_) {
    place.value().hollow = false;
    if (place.value().entry.empty()) erase(place);
  }
  hollow_.clear();
  while (bytes_ > most_bytes_) {
    const Place oldest = order_.back();
    if (std::exchange(oldest.value().used, false)) {
      order_.splice(order_.begin(), order_, oldest.value().place);
    } else {
      erase(oldest);
    }
  }
}

void EntryCache::erase(Place place) {
  bytes_ -= place.value().bytes;
  order_.erase(place.value().place);
  slots_.erase(place);
}

}  // namespace kin::causal
