#include <leveldb/env.h>
#include <leveldb/helpers/memenv.h>
#include <rapidcheck/catch.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "node/storage/data_directory.hpp"
#include "node/storage/leveldb_store.hpp"
#include "node/storage/memory_store.hpp"
#include "tests/temporary_folder.hpp"

using namespace kin;
namespace fs = std::filesystem;

namespace {

std::map<std::string, std::string> all(const StoreView& view, std::string_view from = "", std::string_view to = "") {
  std::map<std::string, std::string> out;
  view.scan(from, to, [&](std::string_view key, std::string_view value) {
    out.emplace(key, value);
    return true;
  });
  return out;
}

std::vector<std::optional<std::string>> one_by_one(const StoreView& view, std::span<const std::string> keys) {
  std::vector<std::optional<std::string>> out;
  for (const std::string& key : keys) out.push_back(view.get(key));
  return out;
}

std::unique_ptr<LevelDbStore> open_ok(const std::string& directory) {
  auto store = open_data_directory(directory, "demo", "n1", Durability::fsync);
  INFO((store ? "" : store.error().message));
  REQUIRE(store);
  REQUIRE(claim_data_directory(directory, "demo", "n1"));
  return std::move(*store);
}

void fill(LevelDbStore& store, int from, int to) {
  for (int i = from; i < to;) {
    WriteBatch batch;
    for (const int end = std::min(to, i + 25); i < end; ++i) batch["key" + std::to_string(i)] = std::string(100, 'v');
    REQUIRE(store.commit(batch));
  }
}

std::vector<fs::path> files(const std::string& directory, const std::string& extension) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(directory + "/db")) {
    if (entry.path().extension() == extension && entry.file_size() > 200) out.push_back(entry.path());
  }
  return out;
}

void flip_bit(const fs::path& path, double where) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto at = static_cast<std::streamoff>(static_cast<double>(fs::file_size(path)) * where);
  file.seekg(at);
  const int byte = file.get();
  file.seekp(at);
  file.put(static_cast<char>(byte ^ 0x10));
}

// The disk of a machine on which one append fails (it was full), and later ones succeed again (it was freed). It counts
// the syncs of logs.
class FullOnce : public leveldb::EnvWrapper {
 public:
  explicit FullOnce(leveldb::Env* base) : EnvWrapper(base) {}
  bool full = false;
  std::size_t synced_logs = 0;

  leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** out) override {
    leveldb::WritableFile* file = nullptr;
    leveldb::Status status = target()->NewWritableFile(name, &file);
    if (status.ok()) *out = new File(file, *this, name.ends_with(".log"));
    return status;
  }

 private:
  class File : public leveldb::WritableFile {
   public:
    File(leveldb::WritableFile* file, FullOnce& env, bool is_log) : file_(file), env_(env), is_log_(is_log) {}
    leveldb::Status Append(const leveldb::Slice& data) override {
      if (!std::exchange(env_.full, false)) return file_->Append(data);
      (void)file_->Append(leveldb::Slice(data.data(), data.size() / 2));
      return leveldb::Status::IOError("no space left on device");
    }
    leveldb::Status Close() override { return file_->Close(); }
    leveldb::Status Flush() override { return file_->Flush(); }
    leveldb::Status Sync() override {
      if (is_log_) ++env_.synced_logs;
      return file_->Sync();
    }

   private:
    std::unique_ptr<leveldb::WritableFile> file_;
    FullOnce& env_;
    const bool is_log_;
  };
};

}  // namespace

TEST_CASE("a batch takes over what another one has, whichever is empty") {
  const WriteBatch one{{"a", "1"}, {"b", std::nullopt}};
  WriteBatch all;
  all.merge(WriteBatch(one));
  CHECK(all == one);
  all.merge(WriteBatch());
  CHECK(all == one);
  all.merge(WriteBatch{{"a0", "2"}});
  CHECK(all == WriteBatch{{"a", "1"}, {"a0", "2"}, {"b", std::nullopt}});
}

TEST_CASE("an overlay over any store is a map with the writes of the turn in it") {
  rc::prop("puts, erasures, takes and scans against a map", [] {
    MemoryStore base;
    Overlay uncommitted(base, "");  // as a host lays the turn over the store that is being committed
    Overlay overlay(uncommitted, "p/");
    REQUIRE(base.commit({{"a", "foreign"}, {"p", "foreign"}, {"p0", "foreign"}, {"q", "foreign"}}));
    std::map<std::string, std::string> model;
    const auto key = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab\xff")));
    for (int i = 0; i < 60; ++i) {
      const auto k = *key;
      switch (*rc::gen::inRange(0, 5)) {
        case 0:
          RC_ASSERT(base.commit(uncommitted.writes()));
          uncommitted.take();
          uncommitted.lay(overlay.take());
          break;
        case 1:
          overlay.erase(k);
          model.erase(k);
          break;
        case 2: {
          const auto to = *key;
          std::map<std::string, std::string> want;
          for (const auto& [mk, mv] : model) {
            if (mk >= k && (to.empty() || mk < to)) want.emplace(mk, mv);
          }
          RC_ASSERT(all(overlay, k, to) == want);
          break;
        }
        default: overlay.put(k, std::to_string(i)); model[k] = std::to_string(i);
      }
      auto found = model.find(k);
      RC_ASSERT(overlay.get(k) == (found == model.end() ? std::nullopt : std::optional(found->second)));
      const std::vector<std::string> some{*key, k, *key, k};
      RC_ASSERT(overlay.get_all(some) == one_by_one(overlay, some));
    }
    RC_ASSERT(all(overlay) == model);
  });
}

TEST_CASE("the LevelDB store does what the memory store does, and keeps it") {
  TemporaryFolder folder;
  rc::prop("the same batches", [&] {
    const std::string directory = folder.fresh();
    MemoryStore memory;
    auto store = open_ok(directory);
    for (int i = 0; i < 10; ++i) {
      WriteBatch writes;
      for (const auto& [key, value] : *rc::gen::arbitrary<std::map<std::string, std::string>>()) {
        writes[key] = *rc::gen::arbitrary<bool>() ? std::optional(value) : std::nullopt;
      }
      RC_ASSERT(store->commit(writes));
      RC_ASSERT(memory.commit(writes));
    }
    RC_ASSERT(all(*store) == all(memory));
    RC_ASSERT(all(*store, "b", "x") == all(memory, "b", "x"));
    store.reset();
    RC_ASSERT(all(*open_ok(directory)) == all(memory));
  });
}

TEST_CASE("values that are asked for together are those that are there, and damage among them is told") {
  TemporaryFolder folder;
  const std::string directory = folder.fresh();
  fill(*open_ok(directory), 0, 1000);
  std::vector<std::string> names{"not there", ""};
  for (const auto& [key, value] : all(*open_ok(directory))) names.insert(names.begin(), {key, key + "?"});
  REQUIRE(names.size() == 2002);
  {
    const auto store = open_ok(directory);
    for (const std::size_t count : {0, 1, 15, 16, 2002}) {
      const std::span<const std::string> some(names.data(), count);
      CHECK(store->get_all(some) == one_by_one(*store, some));
    }
  }
  const auto tables = files(directory, ".ldb");
  REQUIRE_FALSE(tables.empty());
  flip_bit(tables.front(), 0.3);
  const auto store = open_ok(directory);
  try {
    store->get_all(names);
    FAIL("a flipped bit was not noticed");
  } catch (const StorageFailure& failure) {
    CHECK(failure.error.damaged);
  }
}

TEST_CASE("a data directory in use, of another node, of another cluster, of a newer format is refused by name") {
  TemporaryFolder folder;
  const std::string directory = folder.fresh();
  auto store = open_ok(directory);
  auto second = open_data_directory(directory, "demo", "n1", Durability::fsync);
  REQUIRE_FALSE(second);
  CHECK(second.error().message.find("in use by another process") != std::string::npos);
  CHECK_FALSE(second.error().damaged);
  store.reset();
  CHECK(open_data_directory(directory, "demo", "n2", Durability::fsync).error().message.find("belongs to n1") !=
        std::string::npos);
  CHECK(open_data_directory(directory, "other", "n1", Durability::fsync).error().message.find("cluster demo") !=
        std::string::npos);
  std::ofstream(directory + "/IDENTITY") << "kin data 1\ndemo\nn1\n";
  CHECK(open_data_directory(directory, "demo", "n1", Durability::fsync).error().message.find("empty data directory") !=
        std::string::npos);
  std::ofstream(directory + "/IDENTITY") << "kin data 99\ndemo\nn1\n";
  CHECK(open_data_directory(directory, "demo", "n1", Durability::fsync).error().message.find("newer version") !=
        std::string::npos);
}

TEST_CASE("a start that came to nothing before it claimed its new data directory keeps nobody from it") {
  TemporaryFolder folder;
  const std::string directory = folder.fresh();
  REQUIRE(open_data_directory(directory, "demo", "n9", Durability::fsync));
  REQUIRE(open_ok(directory));
  CHECK(open_data_directory(directory, "demo", "n9", Durability::fsync).error().message.find("belongs to n1") !=
        std::string::npos);
  REQUIRE(claim_data_directory(directory, "demo", "n9"));
  REQUIRE(open_ok(directory));  // what is claimed stays so
}

TEST_CASE("data of the format before are taken over, and no program of that format opens them afterwards") {
  TemporaryFolder folder;
  const std::string directory = folder.fresh();
  fill(*open_ok(directory), 0, 10);
  std::ofstream(directory + "/IDENTITY") << "kin data 2\ndemo\nn1\n";
  CHECK(all(*open_ok(directory)).size() == 10);
  std::string head;
  std::getline(std::ifstream(directory + "/IDENTITY") >> std::ws, head);
  CHECK(head == "kin data 3");
}

TEST_CASE("S-20: data without its identity is taken, an identity without its data is damage") {
  TemporaryFolder folder;
  const std::string directory = folder.fresh();
  fill(*open_ok(directory), 0, 10);
  fs::remove(directory + "/IDENTITY");
  CHECK(all(*open_ok(directory)).size() == 10);
  CHECK(fs::exists(directory + "/IDENTITY"));
  fs::remove_all(directory + "/db");
  auto gone = open_data_directory(directory, "demo", "n1", Durability::fsync);
  REQUIRE_FALSE(gone);
  CHECK(gone.error().damaged);
  auto aside = set_aside(directory);
  REQUIRE(aside);
  CHECK(*aside == directory + ".damaged-1");
  CHECK(all(*open_ok(directory)).empty());
}

TEST_CASE("S-27: a flipped bit, a cut-off or missing file is damage, never an empty store or a hole") {
  TemporaryFolder folder;
  const auto damaged_after = [&](const std::function<void(const std::string&)>& damage) {
    const std::string directory = folder.fresh();
    fill(*open_ok(directory), 0, 500);
    fill(*open_ok(directory), 500, 1000);  // opening makes a table of what the log held
    damage(directory);
    try {
      auto store = open_data_directory(directory, "demo", "n1", Durability::fsync);
      if (!store) return store.error().damaged;
      const std::size_t found = all(**store).size();
      INFO(found << " of 1000 keys, no error");
      CHECK(found == 1000);
      return found == 1000;  // the bit was one that nobody needs
    } catch (const StorageFailure& failure) {
      return failure.error.damaged;
    }
  };
  for (const double where : {0.01, 0.3, 0.5, 0.7}) {
    CAPTURE(where);
    for (const char* kind : {".log", ".ldb"}) {
      CAPTURE(kind);
      CHECK(damaged_after([&](const std::string& d) {
        const auto found = files(d, kind);
        REQUIRE_FALSE(found.empty());
        flip_bit(found.front(), where);
      }));
    }
  }
  CHECK(damaged_after([&](const std::string& d) {
    for (const auto& entry : fs::directory_iterator(d + "/db")) {
      if (entry.path().filename().string().starts_with("MANIFEST")) flip_bit(entry.path(), 0.5);
    }
  }));
  CHECK(damaged_after([&](const std::string& d) { fs::resize_file(d + "/db/CURRENT", 3); }));
  CHECK(damaged_after([&](const std::string& d) { fs::remove(d + "/db/CURRENT"); }));
  for (const char* kind : {".ldb", ".log"}) {
    CHECK(damaged_after([&](const std::string& d) { fs::remove(files(d, kind).front()); }));
  }
  CHECK(damaged_after([&](const std::string& d) { fs::remove_all(d + "/db"); }));
  CHECK(damaged_after([&](const std::string& d) { fs::resize_file(d + "/IDENTITY", 5); }));
}

TEST_CASE("after compaction and a new start no file holds a byte of an erased key or of its value") {
  TemporaryFolder folder;
  const std::string directory = folder.fresh();
  const auto holders = [&](const std::string& bytes) {
    int count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string all_bytes{std::istreambuf_iterator<char>(in), {}};
      if (all_bytes.find(bytes) != std::string::npos) ++count;
    }
    return count;
  };
  const bool beside_others = GENERATE(false, true);
  const bool was_in_a_table = GENERATE(false, true);
  CAPTURE(beside_others, was_in_a_table);
  {
    auto store = open_ok(directory);
    if (beside_others) fill(*store, 0, 100);
    REQUIRE(store->commit({{"lonely-zebra", "striped-quagga"}}));
    if (was_in_a_table) REQUIRE(store->compact());
    CHECK(holders("lonely-zebra") > 0);
    CHECK(holders("striped-quagga") > 0);
    REQUIRE(store->commit({{"lonely-zebra", std::nullopt}}));
    REQUIRE(store->compact());
    CHECK(holders("striped-quagga") == 0);
    CHECK(all(*store).size() == (beside_others ? 100u : 0u));
  }
  auto store = open_ok(directory);
  CHECK(holders("lonely-zebra") == 0);
  CHECK(all(*store).size() == (beside_others ? 100u : 0u));
  CHECK((store->approximate_bytes() > 0) == beside_others);
}

TEST_CASE("S-24: a commit that is told has been synced, unless the page cache is to be enough") {
  for (const Durability durability : {Durability::fsync, Durability::os}) {
    std::unique_ptr<leveldb::Env> memory(leveldb::NewMemEnv(leveldb::Env::Default()));
    FullOnce disk(memory.get());
    auto store = LevelDbStore::open("/db", {durability, true, &disk});
    REQUIRE(store);
    for (std::size_t commits = 1; commits <= 20; ++commits) {
      REQUIRE((*store)->commit({{"key" + std::to_string(commits), "v"}, {"same", std::to_string(commits)}}));
      CHECK(disk.synced_logs == (durability == Durability::fsync ? commits : 0));
    }
  }
}

TEST_CASE("S-27: a damaged value is told to whoever asks for it alone") {
  TemporaryFolder folder;
  const std::string directory = folder.fresh();
  fill(*open_ok(directory), 0, 1000);
  (void)open_ok(directory);  // makes a table of what the log held
  const auto tables = files(directory, ".ldb");
  REQUIRE(tables.size() == 1);
  flip_bit(tables.front(), 0.3);
  const auto store = open_ok(directory);
  std::size_t told = 0;
  for (int i = 0; i < 1000; ++i) {
    try {
      const auto value = store->get("key" + std::to_string(i));
      CHECK(value == std::string(100, 'v'));
    } catch (const StorageFailure& failure) {
      CHECK(failure.error.damaged);
      ++told;
    }
  }
  CHECK(told > 0);
}

TEST_CASE("S-25: after a write that failed nothing is acknowledged, and what was acknowledged survives") {
  std::unique_ptr<leveldb::Env> memory(leveldb::NewMemEnv(leveldb::Env::Default()));
  FullOnce disk(memory.get());
  {
    auto store = LevelDbStore::open("/db", {Durability::fsync, true, &disk});
    REQUIRE(store);
    fill(**store, 0, 50);
    disk.full = true;
    CHECK_FALSE((*store)->commit({{"lost", "v"}}));
    for (int i = 0; i < 20; ++i) CHECK_FALSE((*store)->commit({{"after" + std::to_string(i), "v"}}));
  }
  {
    auto store = LevelDbStore::open("/db", {Durability::fsync, false, &disk});
    REQUIRE(store);
    CHECK(all(**store, "key").size() >= 50);
    CHECK_FALSE((*store)->get("after0"));
    fill(**store, 50, 3000);
  }
  auto store = LevelDbStore::open("/db", {Durability::fsync, false, &disk});
  REQUIRE(store);
  CHECK(all(**store, "key", "l").size() == 3000);
}
