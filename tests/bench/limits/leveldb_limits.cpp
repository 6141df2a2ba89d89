// LevelDB: puts (single, batched, synced) and random gets. leveldb_limits DIR [SECONDS=2]
// 16-byte random keys, 100-byte incompressible values, default options (snappy linked).
#include <fcntl.h>
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <unordered_map>

#include "common.hpp"
namespace fs = std::filesystem;

static std::unique_ptr<leveldb::DB> open_db(const std::string& dir, leveldb::Options o) {
  o.create_if_missing = true;
  leveldb::DB* db = nullptr;
  auto s = leveldb::DB::Open(o, dir, &db);
  if (!s.ok()) fprintf(stderr, "%s\n", s.ToString().c_str()), exit(1);
  return std::unique_ptr<leveldb::DB>(db);
}

static void puts_row(const std::string& dir, size_t batch, bool sync, double seconds) {
  fs::remove_all(dir);
  leveldb::Options o;
  o.write_buffer_size = 4 << 20;
  auto db = open_db(dir, o);
  leveldb::WriteOptions w;
  w.sync = sync;
  std::string value = random_bytes(100);
  std::vector<double> lat;
  double t0 = now(), c0 = cpu_seconds(), t = t0;
  size_t n = 0;
  while (t - t0 < seconds && n < 4000000) {
    leveldb::WriteBatch b;
    for (size_t k = 0; k < batch; k++) b.Put(key16(rng()()), value);
    double s = now();
    db->Write(w, &b);
    t = now();
    lat.push_back(t - s);
    n += batch;
  }
  printf(
      "put  sync %d batch %4zu | %9.0f put/s | per batch p50 %8.1f us p99 %8.1f us | "
      "CPU %.2f s per M\n",
      sync, batch, double(n) / (t - t0), 1e6 * percentile(lat, .5), 1e6 * percentile(lat, .99),
      1e6 * (cpu_seconds() - c0) / double(n));
}

// Evicts the database's files from the page cache (they must be closed).
static void evict(const std::string& dir) {
  sync();
  for (auto& e : fs::directory_iterator(dir)) {
    int fd = open(e.path().c_str(), O_RDONLY);
    if (fd >= 0) posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), close(fd);
  }
}

static void gets_row(const char* name, const std::string& dir, size_t keys, size_t cache, bool cold, double seconds) {
  if (cold) evict(dir);  // then only the first 2000 gets are cold: read-ahead soon has it all
  std::unique_ptr<leveldb::Cache> c(leveldb::NewLRUCache(cache));
  std::unique_ptr<const leveldb::FilterPolicy> f(leveldb::NewBloomFilterPolicy(10));
  leveldb::Options o;
  o.block_cache = c.get();
  o.filter_policy = f.get();
  auto db = open_db(dir, o);
  std::string v;
  if (!cold)
    for (size_t i = 0; i < keys; i++) db->Get({}, key16(i), &v);
  std::vector<double> lat;
  size_t n = 0, found = 0;
  double t0 = now(), c0 = cpu_seconds(), t = t0;
  while (t - t0 < seconds && (!cold || n < 2000)) {
    double s = now();
    found += db->Get({}, key16(rng()() % keys), &v).ok();
    t = now();
    lat.push_back(t - s);
    n++;
  }
  printf("get  %-30s | %9.0f get/s | p50 %6.1f us p99 %8.1f us | CPU %.2f s per M | found %zu%%\n", name,
         double(n) / (t - t0), 1e6 * percentile(lat, .5), 1e6 * percentile(lat, .99),
         1e6 * (cpu_seconds() - c0) / double(n), 100 * found / std::max<size_t>(1, n));
}

int main(int argc, char** argv) {
  if (argc < 2) return fprintf(stderr, "leveldb_limits DIR [SECONDS]\n"), 2;
  std::string dir = std::string(argv[1]) + "/leveldb_limits_db";
  double seconds = std::min(20.0, argc > 2 ? atof(argv[2]) : 2.0);
  for (bool sync : {false, true})
    for (size_t b : {1, 16, 64, 256}) puts_row(dir, b, sync, seconds);

  const size_t keys = 1000000;  // 116 MB of data
  fs::remove_all(dir);
  {
    std::unique_ptr<const leveldb::FilterPolicy> f(leveldb::NewBloomFilterPolicy(10));
    leveldb::Options o;
    o.filter_policy = f.get();
    auto db = open_db(dir, o);
    for (size_t i = 0; i < keys;) {
      leveldb::WriteBatch b;
      for (size_t k = 0; k < 256 && i < keys; k++, i++) b.Put(key16(i), random_bytes(100));
      db->Write({}, &b);
    }
    db->CompactRange(nullptr, nullptr);
  }
  gets_row("block cache holds all", dir, keys, size_t(512) << 20, false, seconds);
  gets_row("8 MiB block cache, page cache", dir, keys, 8 << 20, false, seconds);
  gets_row("page cache evicted, first 2000", dir, keys, 8 << 20, true, seconds);
  fs::remove_all(dir);

  std::unordered_map<std::string, std::string> map;  // what an in-memory index would cost
  for (size_t i = 0; i < keys; i++) map[key16(i)] = random_bytes(100);
  size_t n = 0, found = 0;
  double t0 = now();
  for (; n < 2000000; n++) found += map.count(key16(rng()() % keys));
  printf("get  %-30s | %9.0f get/s | found %zu%%\n", "std::unordered_map", double(n) / (now() - t0), 100 * found / n);
}
