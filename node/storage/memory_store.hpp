// A store in memory, for tests and the simulator. Copying it copies the disk.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "node/storage/store.hpp"

namespace kin {

class MemoryStore : public Store {
 public:
  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view from, std::string_view to, const Visitor& visit) const override;
  // Never fails.
  [[nodiscard]] tl::expected<void, StorageError> commit(const WriteBatch& batch) override;

  // What keys of a batch held before it, in the order of the keys; nullopt: nothing.
  using Before = std::vector<std::pair<std::string, std::optional<std::string>>>;
  // A commit that can be taken back, while no other one came behind it.
  [[nodiscard]] Before exchange(const WriteBatch& batch);
  void take_back(Before&& before);

  const std::map<std::string, std::string, std::less<>>& records() const { return records_; }

 private:
  std::map<std::string, std::string, std::less<>> records_;
};

}  // namespace kin
