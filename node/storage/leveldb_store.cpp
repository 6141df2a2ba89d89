#include "node/storage/leveldb_store.hpp"

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

namespace kin {
namespace {

constexpr std::size_t write_buffer_bytes = 16u << 20;
constexpr std::size_t block_cache_bytes = 32u << 20;
constexpr int bloom_bits = 10;
constexpr int open_files = 256;

leveldb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const leveldb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

struct LevelDbStore::Parts {
  std::string directory;
  std::unique_ptr<const leveldb::FilterPolicy> filter;
  std::unique_ptr<leveldb::Cache> cache;
  std::unique_ptr<leveldb::DB> db;  // goes before the cache and the filter that it uses
  leveldb::ReadOptions read;
  leveldb::WriteOptions write;
  std::optional<StorageError> failed;

  StorageError error(const leveldb::Status& status, std::string_view doing) const {
    const bool damaged = status.IsCorruption();
    return {damaged, std::string(doing) + ' ' + directory + ": " + status.ToString() +
                         (damaged ? ". The data directory is damaged" : "")};
  }

  void require(const leveldb::Status& status) const {
    if (!status.ok()) throw StorageFailure{error(status, "cannot read")};
  }
};

LevelDbStore::LevelDbStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LevelDbStore::~LevelDbStore() = default;

tl::expected<std::unique_ptr<LevelDbStore>, StorageError> LevelDbStore::open(const std::string& directory,
                                                                             const Options& options) {
  auto parts = std::make_unique<Parts>();
  parts->directory = directory;
  parts->filter.reset(leveldb::NewBloomFilterPolicy(bloom_bits));
  parts->cache.reset(leveldb::NewLRUCache(block_cache_bytes));
  parts->read.verify_checksums = true;
  parts->write.sync = options.durability == Durability::fsync;
  leveldb::Options o;
  o.create_if_missing = options.create;
  o.error_if_exists = options.create;
  o.paranoid_checks = true;
  o.write_buffer_size = write_buffer_bytes;
  o.max_open_files = open_files;
  o.filter_policy = parts->filter.get();
  o.block_cache = parts->cache.get();
  if (options.env != nullptr) o.env = options.env;
  leveldb::DB* db = nullptr;
  const leveldb::Status status = leveldb::DB::Open(o, directory, &db);
  if (!status.ok()) {
    if (status.ToString().find("already held") != std::string::npos ||
        status.ToString().find("Resource temporarily unavailable") != std::string::npos) {
      return tl::unexpected(StorageError{false, "data directory " + directory + " is in use by another process"});
    }
    StorageError error = parts->error(status, "cannot open");
    // A file that LevelDB's own index names and that is not there was lost: no different from one with wrong bytes.
    error.damaged = error.damaged || status.IsNotFound() || (status.IsInvalidArgument() && !options.create);
    return tl::unexpected(std::move(error));
  }
  parts->db.reset(db);
  return std::unique_ptr<LevelDbStore>(new LevelDbStore(std::move(parts)));
}

std::optional<std::string> LevelDbStore::get(std::string_view key) const {
  std::string value;
  const leveldb::Status status = parts_->db->Get(parts_->read, slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  parts_->require(status);
  return value;
}

void LevelDbStore::scan(std::string_view from, std::string_view to, const Visitor& visit) const {
  std::unique_ptr<leveldb::Iterator> it(parts_->db->NewIterator(parts_->read));
  for (it->Seek(slice(from)); it->Valid(); it->Next()) {
    if (!to.empty() && view(it->key()) >= to) return;
    if (!visit(view(it->key()), view(it->value()))) return;
  }
  parts_->require(it->status());
}

tl::expected<void, StorageError> LevelDbStore::commit(const WriteBatch& batch) {
  if (parts_->failed) return tl::unexpected(*parts_->failed);
  if (batch.empty()) return {};
  leveldb::WriteBatch writes;
  for (const auto& [key, value] : batch) {
    if (value) {
      writes.Put(slice(key), slice(*value));
    } else {
      writes.Delete(slice(key));
    }
  }
  const leveldb::Status status = parts_->db->Write(parts_->write, &writes);
  if (status.ok()) return {};
  parts_->failed = parts_->error(status, "cannot write");
  return tl::unexpected(*parts_->failed);
}

void LevelDbStore::compact() { parts_->db->CompactRange(nullptr, nullptr); }

}  // namespace kin
