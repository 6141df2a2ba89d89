// LevelDB by itself: 16-byte keys, values of 100 bytes that cannot be compressed, one thread.
//
//   leveldb_limit DIR SECONDS put-synced BATCH    random puts, BATCH in one synced write
//   leveldb_limit DIR SECONDS get KEYS            random gets of that many keys, which are written first
//
// A latency of put-synced is that of a batch.
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include <filesystem>
#include <memory>

#include "common.hpp"

namespace {

constexpr std::size_t value_bytes = 100, keys_a_batch = 256;

void require(const leveldb::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "leveldb_limit: %s\n", status.ToString().c_str());
  std::exit(1);
}

void put_synced(leveldb::DB& db, double seconds, std::size_t batch_size) {
  leveldb::WriteOptions synced;
  synced.sync = true;
  const std::string value = bare::random_bytes(value_bytes);
  std::vector<double> latencies;
  const double begin = bare::now();
  double at = begin;
  while (at - begin < seconds) {
    leveldb::WriteBatch batch;
    for (std::size_t i = 0; i < batch_size; ++i) batch.Put(bare::key_of(bare::dice()()), value);
    const double since = bare::now();
    require(db.Write(synced, &batch));
    at = bare::now();
    latencies.push_back(at - since);
  }
  bare::print_result(static_cast<double>(latencies.size() * batch_size) / (at - begin), latencies);
}

void fill(leveldb::DB& db, std::uint64_t keys) {
  for (std::uint64_t next = 0; next < keys;) {
    leveldb::WriteBatch batch;
    for (std::size_t i = 0; i < keys_a_batch && next < keys; ++i, ++next) {
      batch.Put(bare::key_of(next), bare::random_bytes(value_bytes));
    }
    require(db.Write({}, &batch));
  }
  db.CompactRange(nullptr, nullptr);
}

void get(leveldb::DB& db, double seconds, std::uint64_t keys) {
  fill(db, keys);
  std::string value;
  for (std::uint64_t i = 0; i < keys; ++i) require(db.Get({}, bare::key_of(i), &value));  // warm
  std::vector<double> latencies;
  const double begin = bare::now();
  double at = begin;
  while (at - begin < seconds) {
    const double since = at;
    require(db.Get({}, bare::key_of(bare::dice()() % keys), &value));
    at = bare::now();
    latencies.push_back(at - since);
  }
  bare::print_result(static_cast<double>(latencies.size()) / (at - begin), latencies);
}

}  // namespace

int main(int argc, char** argv) {
  const char* usage = "leveldb_limit DIR SECONDS put-synced BATCH | get KEYS";
  bare::require_words(argc, 4, usage);
  const std::string dir = std::string(argv[1]) + "/leveldb_limit", what = argv[3];
  const double seconds = std::atof(argv[2]);
  const std::size_t number = std::strtoul(argv[4], nullptr, 10);
  if ((what != "put-synced" && what != "get") || number == 0) {
    std::fprintf(stderr, "usage: %s\n", usage);
    return 2;
  }
  std::filesystem::remove_all(dir);
  const std::unique_ptr<const leveldb::FilterPolicy> filter(leveldb::NewBloomFilterPolicy(10));
  leveldb::Options options;
  options.create_if_missing = true;
  options.filter_policy = filter.get();
  leveldb::DB* opened = nullptr;
  require(leveldb::DB::Open(options, dir, &opened));
  {
    const std::unique_ptr<leveldb::DB> db(opened);
    if (what == "get") {
      get(*db, seconds, number);
    } else {
      put_synced(*db, seconds, number);
    }
  }
  std::filesystem::remove_all(dir);
}
