// What the dot map leaves behind on disk when it forgets.
#include "node/protocols/causal/dot_map.hpp"

#include <catch2/catch.hpp>

#include "node/protocols/causal/records.hpp"
#include "node/storage/memory_store.hpp"

using namespace kin;
using namespace kin::causal;

namespace {

const Actor n1{"n1", {1, 1}};

struct Map {
  MemoryStore store;
  Overlay disk{store, ""};
  DotMap map{store, 0};

  WriteBatch commit() {
    const WriteBatch batch = disk.take();
    REQUIRE(store.commit(batch));
    return batch;
  }
  void prune(std::uint64_t first, std::uint64_t last) {
    std::size_t budget = 100;
    map.prune(disk, n1, CounterSet::of(first, last), budget);
  }
};

}  // namespace

TEST_CASE("what was never listed as shadowed is not erased from the list") {
  Map m;
  m.map.learn(m.disk, {n1, 1}, "key");
  m.commit();
  m.prune(1, 1);
  const WriteBatch batch = m.commit();
  CHECK(batch.size() == 1);
  CHECK(batch.contains(records::dot({n1, 1})));
  CHECK(m.store.records().empty());
}

TEST_CASE("the list of a key has an end while there is something in it") {
  Map m;
  for (const std::uint64_t counter : {1, 2}) {
    m.map.learn(m.disk, {n1, counter}, "key");
    m.map.shadow(m.disk, {n1, counter}, "key");
  }
  m.commit();
  CHECK(m.map.shadowed(m.disk, "key").size() == 2);
  CHECK(m.map.shadowed(m.disk, "ke").empty());
  CHECK(m.map.shadowed(m.disk, "key2").empty());

  m.prune(1, 1);
  m.commit();
  CHECK(m.map.shadowed(m.disk, "key").has({n1, 2}));
  CHECK(m.store.get(records::shadowed_end("key")));

  m.prune(2, 2);
  m.commit();
  CHECK(m.map.shadowed(m.disk, "key").empty());
  CHECK(m.store.records().empty());
}
