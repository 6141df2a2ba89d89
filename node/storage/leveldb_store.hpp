// The store of a real node, on LevelDB.
//
// What is known of LevelDB's manners and guarded against here: after a write that failed it goes on saying OK to
// writes that it loses (so the first failure is final); without paranoid checks it opens a damaged log with a hole and
// without a word (so checks are on and damage is an error).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/config/cluster_config.hpp"
#include "node/storage/store.hpp"

namespace leveldb {
class Env;
}

namespace kin {

class LevelDbStore : public Store {
 public:
  struct Options {
    Durability durability = Durability::fsync;
    bool create = false;          // make a new store; otherwise one must be there
    leveldb::Env* env = nullptr;  // the file system; nullptr for the real one. Must outlive the store
  };

  // Opens the store in `directory`. Errors: in use by another process; damaged (StorageError::damaged); not readable.
  // Takes the longer the more the last process left in logs (at most some 32 MiB), whatever the number of keys.
  static tl::expected<std::unique_ptr<LevelDbStore>, StorageError> open(const std::string& directory,
                                                                        const Options& options);
  ~LevelDbStore() override;

  // Throw StorageFailure when the disk fails or a checksum does not match.
  std::optional<std::string> get(std::string_view key) const override;
  // Of one thread at a time.
  std::vector<std::optional<std::string>> get_all(std::span<const std::string> keys) const override;
  void scan(std::string_view from, std::string_view to, const Visitor& visit) const override;

  // After the first error every further commit returns it.
  [[nodiscard]] tl::expected<void, StorageError> commit(const WriteBatch& batch) override;

  // Rewrites all files, so that no byte of an erased key or an overwritten value is left in tables and logs. Bounds of
  // tables stay in LevelDB's MANIFEST until the store is opened the next time. Blocks, for seconds a GiB, and needs the
  // space of the store once more. The empty key and the one of eight bytes ff are erased: they must not be in use.
  // Errors: as commit.
  [[nodiscard]] tl::expected<void, StorageError> compact();

  // Of the tables; what the last 16 MiB or so of commits wrote may be in none yet.
  std::uint64_t approximate_bytes() const;

 private:
  struct Parts;
  explicit LevelDbStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace kin
