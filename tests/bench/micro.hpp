// What the micro-benchmarks share: keys, a store in a folder of its own, and how one says that it went wrong.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>

#include "node/storage/leveldb_store.hpp"

namespace kin::micro {

// Ends the measurement: what it would show is nothing. The program then ends with 1.
void wrong(benchmark::State& state, const char* what);

// Of 16 bytes.
std::string key_of(std::uint64_t number);

// LevelDB as a node opens it, without sync, in a folder that goes with the object.
class StoreFolder {
 public:
  StoreFolder();
  ~StoreFolder();
  StoreFolder(const StoreFolder&) = delete;
  StoreFolder& operator=(const StoreFolder&) = delete;

  LevelDbStore* store() { return store_.get(); }  // nullptr where it could not be opened

 private:
  std::string path_;
  std::unique_ptr<LevelDbStore> store_;
};

}  // namespace kin::micro
