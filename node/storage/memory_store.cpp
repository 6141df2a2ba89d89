#include "node/storage/memory_store.hpp"

namespace kin {

std::optional<std::string> MemoryStore::get(std::string_view key) const {
  auto found = records_.find(key);
  return found == records_.end() ? std::nullopt : std::optional(found->second);
}

void MemoryStore::scan(std::string_view from, std::string_view to, const Visitor& visit) const {
  for (auto it = records_.lower_bound(from); it != records_.end(); ++it) {
    if (!to.empty() && it->first >= to) return;
    if (!visit(it->first, it->second)) return;
  }
}

tl::expected<void, StorageError> MemoryStore::commit(const WriteBatch& batch) {
  for (const auto& [key, value] : batch) {
    if (value) {
      records_[key] = *value;
    } else {
      records_.erase(key);
    }
  }
  return {};
}

MemoryStore::Before MemoryStore::exchange(const WriteBatch& batch) {
  Before before;
  before.reserve(batch.size());
  for (const auto& [key, value] : batch) {
    const auto at = records_.lower_bound(key);
    const bool there = at != records_.end() && at->first == key;
    before.emplace_back(key, there ? std::optional(std::move(at->second)) : std::nullopt);
    if (value && there) {
      at->second = *value;
    } else if (value) {
      records_.emplace_hint(at, key, *value);
    } else if (there) {
      records_.erase(at);
    }
  }
  return before;
}

void MemoryStore::take_back(Before&& before) {
  for (auto& [key, value] : before) {
    if (value) {
      records_.insert_or_assign(std::move(key), std::move(*value));
    } else {
      records_.erase(key);
    }
  }
}

}  // namespace kin
