// How many records of a node's store have TEXT in their key or value. The node must be down.
//
//   kin-store-records DATA_DIRECTORY TEXT
#include <cstdio>
#include <string_view>

#include "node/storage/leveldb_store.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "kin-store-records DATA_DIRECTORY TEXT\n");
    return 2;
  }
  const auto store = kin::LevelDbStore::open(std::string(argv[1]) + "/db", {});
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    return 1;
  }
  const std::string_view text = argv[2];
  std::size_t found = 0;
  (*store)->scan("", "\xff\xff", [&](std::string_view key, std::string_view value) {
    if (key.find(text) != std::string_view::npos || value.find(text) != std::string_view::npos) ++found;
    return true;
  });
  std::printf("%zu\n", found);
  return 0;
}
