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

}  // namespace kin
