// A store in memory, for tests and the simulator. Copying it copies the disk.
#pragma once

#include "node/storage/store.hpp"

namespace kin {

class MemoryStore : public Store {
 public:
  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view from, std::string_view to, const Visitor& visit) const override;
  // Never fails.
  [[nodiscard]] tl::expected<void, StorageError> commit(const WriteBatch& batch) override;

  const std::map<std::string, std::string, std::less<>>& records() const { return records_; }

 private:
  std::map<std::string, std::string, std::less<>> records_;
};

}  // namespace kin
