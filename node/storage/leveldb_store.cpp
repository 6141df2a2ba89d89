#include "node/storage/leveldb_store.hpp"

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <optional>
#include <thread>

#include "node/storage/read_workers.hpp"
#include "node/storage/torn_end.hpp"

namespace kin {
namespace {

constexpr std::size_t write_buffer_bytes = 16u << 20;
constexpr std::size_t kept_batch_bytes = 1u << 20;
constexpr std::size_t block_cache_bytes = 32u << 20;
// A read of a value that is in no cache checks and unpacks a whole block. Half of LevelDB's own size makes it a third
// faster, and the tables no larger by more than their index.
constexpr std::size_t block_bytes = 2u << 10;
constexpr int bloom_bits = 10;
constexpr int open_files = 256;
constexpr std::size_t most_read_workers = 3;
constexpr std::string_view behind_all_keys = "\xff\xff\xff\xff\xff\xff\xff\xff";

// More threads than cores that are free take the time of the one that waits for them.
std::size_t read_workers() {
  const std::size_t cores = std::thread::hardware_concurrency();
  return std::clamp<std::size_t>(cores, 2, most_read_workers + 1) - 1;
}

leveldb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const leveldb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

// LevelDB's own log names keys, also such as were erased since.
class NoLog : public leveldb::Logger {
 public:
  void Logv(const char*, std::va_list) override {}
};

}  // namespace

struct LevelDbStore::Parts {
  std::string directory;
  std::unique_ptr<const leveldb::FilterPolicy> filter;
  std::unique_ptr<leveldb::Cache> cache;
  NoLog log;
  std::unique_ptr<leveldb::DB> db;  // goes before what it uses
  leveldb::ReadOptions read;
  leveldb::WriteOptions write;
  leveldb::WriteBatch writes;  // empty between commits; the next one fills the same memory
  std::optional<StorageError> failed;
  ReadWorkers readers{read_workers()};

  StorageError error(const leveldb::Status& status, std::string_view doing) const {
    // A damaged index that points behind the end of its file is told as an invalid argument of the read.
    const bool damaged =
        status.IsCorruption() || (status.IsIOError() && status.ToString().ends_with(std::strerror(EINVAL)));
    return {damaged, std::string(doing) + ' ' + directory + ": " + status.ToString() +
                         (damaged ? ". The data directory is damaged" : "")};
  }

  StorageError open_error(const leveldb::Status& status) const {
    const std::string text = status.ToString();
    if (text.find("already held") != std::string::npos || text.find(std::strerror(EAGAIN)) != std::string::npos) {
      return {false, "data directory " + directory + " is in use by another process"};
    }
    return error(status, "cannot open");
  }

  // LevelDB's own lock is held meanwhile, since the logs of a running process end anywhere.
  tl::expected<void, StorageError> check_ends(leveldb::Env& env) const {
    leveldb::FileLock* lock = nullptr;
    if (!env.FileExists(directory + "/CURRENT")) return {};
    if (auto status = env.LockFile(directory + "/LOCK", &lock); !status.ok()) return tl::unexpected(open_error(status));
    const std::string path = find_hidden_damage(env, directory);
    env.UnlockFile(lock);
    if (path.empty()) return {};
    return tl::unexpected(StorageError{true, path + " has a record of a wrong length. The data directory is damaged"});
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
  o.block_size = block_bytes;
  o.max_open_files = open_files;
  o.filter_policy = parts->filter.get();
  o.block_cache = parts->cache.get();
  o.info_log = &parts->log;
  if (options.env != nullptr) o.env = options.env;
  if (auto sound = parts->check_ends(*o.env); !sound) return tl::unexpected(std::move(sound.error()));
  leveldb::DB* db = nullptr;
  const leveldb::Status status = leveldb::DB::Open(o, directory, &db);
  if (!status.ok()) {
    StorageError error = parts->open_error(status);
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

std::vector<std::optional<std::string>> LevelDbStore::get_all(std::span<const std::string> keys) const {
  std::vector<std::optional<std::string>> values(keys.size());
  std::vector<leveldb::Status> statuses(keys.size());
  parts_->readers.each(keys.size(), [&](std::size_t i) {
    statuses[i] = parts_->db->Get(parts_->read, slice(keys[i]), &values[i].emplace());
  });
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) {
      values[i].reset();
    } else {
      parts_->require(statuses[i]);
    }
  }
  return values;
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
  leveldb::WriteBatch& writes = parts_->writes;
  for (const auto& [key, value] : batch) {
    if (value) {
      writes.Put(slice(key), slice(*value));
    } else {
      writes.Delete(slice(key));
    }
  }
  const leveldb::Status status = parts_->db->Write(parts_->write, &writes);
  if (writes.ApproximateSize() > kept_batch_bytes) writes = leveldb::WriteBatch();
  writes.Clear();
  if (status.ok()) return {};
  parts_->failed = parts_->error(status, "cannot write");
  return tl::unexpected(*parts_->failed);
}

tl::expected<void, StorageError> LevelDbStore::compact() {
  // CompactRange alone never rewrites the lowest level, where a key and its erasure may lie side by side in one table.
  // A table that spans all keys is pushed down through every level and takes all of it along; so are its erasures.
  for (const auto& mark : {std::optional<std::string>(""), std::optional<std::string>()}) {
    if (auto ok = commit({{"", mark}, {std::string(behind_all_keys), mark}}); !ok) return ok;
    parts_->db->CompactRange(nullptr, nullptr);
  }
  return {};
}

std::uint64_t LevelDbStore::approximate_bytes() const {
  const leveldb::Range whole("", slice(behind_all_keys));
  std::uint64_t bytes = 0;
  parts_->db->GetApproximateSizes(&whole, 1, &bytes);
  return bytes;
}

}  // namespace kin
