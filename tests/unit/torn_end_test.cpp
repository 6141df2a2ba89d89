// A crash may tear the end of a log; damage must not pass for that.
#include <leveldb/env.h>
#include <leveldb/helpers/memenv.h>

#include <catch2/catch.hpp>

#include "node/storage/leveldb_store.hpp"

using namespace kin;

namespace {

constexpr int keys = 12;

// A disk in memory, and its files as bytes.
class Disk {
 public:
  std::unique_ptr<leveldb::Env> env{leveldb::NewMemEnv(leveldb::Env::Default())};

  std::map<std::string, std::string> files() {
    std::map<std::string, std::string> out;
    std::vector<std::string> names;
    REQUIRE(env->GetChildren("/db", &names).ok());
    for (const std::string& name : names) REQUIRE(leveldb::ReadFileToString(env.get(), "/db/" + name, &out[name]).ok());
    return out;
  }

  static Disk of(const std::map<std::string, std::string>& files) {
    Disk disk;
    for (const auto& [name, bytes] : files) {
      REQUIRE(leveldb::WriteStringToFile(disk.env.get(), bytes, "/db/" + name).ok());
    }
    return disk;
  }

  auto open(bool create = false) { return LevelDbStore::open("/db", {Durability::fsync, create, env.get()}); }
};

void put(LevelDbStore& store, int from, int to) {
  for (int i = from; i < to; ++i) REQUIRE(store.commit({{"key" + std::to_string(i), "value"}}));
}

// A table and a log with half of the keys each; the MANIFEST names a table that was made by the running process too.
std::map<std::string, std::string> sample() {
  Disk disk;
  put(**disk.open(true), 0, keys / 2);
  {
    auto store = disk.open();
    REQUIRE((*store)->compact());
    put(**store, keys / 2, keys);
  }
  return disk.files();
}

void check_told_as_damage(const StorageError& error) {
  // The disk in memory has words of its own for a file that is missing or ends too early; a real one's are damage.
  const bool its_own = error.message.find("File not found") != std::string::npos ||
                       error.message.find("Offset greater than file size") != std::string::npos;
  INFO(error.message);
  CHECK((error.damaged || its_own));
}

// How many keys are there; nullopt when the damage was told.
std::optional<int> keys_in(const std::map<std::string, std::string>& files) {
  Disk disk = Disk::of(files);
  auto store = disk.open();
  if (!store) {
    check_told_as_damage(store.error());
    return std::nullopt;
  }
  int count = 0;
  try {
    (*store)->scan("", "", [&](std::string_view, std::string_view) { return ++count, true; });
  } catch (const StorageFailure& failure) {
    check_told_as_damage(failure.error);
    return std::nullopt;
  }
  return count;
}

}  // namespace

TEST_CASE("S-27: no bit of any file can flip and make a key vanish in silence") {
  const auto files = sample();
  REQUIRE(keys_in(files) == keys);
  int told = 0;
  for (const auto& [name, bytes] : files) {
    if (name == "LOCK") continue;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        auto flipped = files;
        flipped[name][at] = static_cast<char>(flipped[name][at] ^ (1 << bit));
        const std::optional<int> found = keys_in(flipped);
        CAPTURE(name, at, bit);
        if (found != std::nullopt && found != keys)
          FAIL("found " << *found << " of " << keys << " keys, without an error");
        told += found ? 0 : 1;
      }
    }
  }
  CHECK(told > 1000);
}

TEST_CASE("a log that ends anywhere is a torn write: what is whole before it stays") {
  const auto files = sample();
  for (const auto& [name, bytes] : files) {
    if (!name.ends_with(".log")) continue;
    int before = keys / 2;
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
      auto cut = files;
      cut[name].resize(size);
      CAPTURE(size);
      const std::optional<int> found = keys_in(cut);
      REQUIRE(found);
      CHECK(*found >= before);
      before = *found;
    }
    CHECK(before == keys);
  }
}
