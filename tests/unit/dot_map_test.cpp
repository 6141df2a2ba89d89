// What the dot map has on disk, and what it leaves behind there when it forgets.
#include "node/protocols/causal/dot_map.hpp"

#include <catch2/catch.hpp>
#include <utility>
#include <vector>

#include "node/protocols/causal/records.hpp"
#include "node/protocols/rng.hpp"
#include "node/storage/memory_store.hpp"

using namespace kin;
using namespace kin::causal;

namespace {

const Actor n1{"n1", {1, 1}}, n2{"n2", {1, 1}};

std::string key_of(std::uint64_t counter) { return "key" + std::to_string(counter); }

struct Map {
  MemoryStore store;
  Overlay disk{store, ""};
  DotMap map{store};

  void learn(const Actor& actor, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t n = first; n <= last; ++n) map.learn({actor, n}, key_of(n));
  }
  void end_turn() {
    map.persist(disk);
    REQUIRE(store.commit(disk.take()));
    map.check_invariants(disk);
  }
  std::size_t prune(const CounterSet& counters, std::size_t budget = 1000) {
    map.prune(disk, n1, counters, budget);
    return budget;
  }
  std::vector<std::uint64_t> scanned(std::uint64_t first, std::uint64_t last, std::size_t most = 1000) {
    std::vector<std::uint64_t> out;
    map.scan(disk, n1, CounterSet::of(first, last), [&](std::uint64_t counter, const std::string& key) {
      CHECK(key == key_of(counter));
      out.push_back(counter);
      return out.size() < most;
    });
    return out;
  }
};

using Counters = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("what a turn learns of an actor is one record, and is found again by another process") {
  Map m;
  m.learn(n1, 1, 100);
  m.learn(n2, 7, 9);
  CHECK(m.map.holds({n1, 100}));
  m.end_turn();
  CHECK(m.store.records().size() == 2);
  const DotMap again(m.store);
  CHECK(again.held() == 103);
  CHECK(again.holds({n2, 9}));
  CHECK(!again.holds({n2, 10}));
  CHECK(!again.holds({n1, 101}));
}

TEST_CASE("a long row of dots is several records, and so is one with a gap") {
  Map m;
  m.learn(n1, 1, 300);
  m.learn(n1, 302, 302);
  m.end_turn();
  CHECK(m.store.records().size() == 4);  // 128, 128, 44 and 1
  CHECK(m.scanned(120, 140).size() == 21);
  CHECK(m.scanned(250, 310).back() == 302);
}

TEST_CASE("long keys do not make one long record") {
  Map m;
  for (std::uint64_t n = 1; n <= 4; ++n) m.map.learn({n1, n}, std::string(10'000, 'k'));
  m.end_turn();
  CHECK(m.store.records().size() == 4);
}

TEST_CASE("a scan meets what is on disk and what is not there yet, in order") {
  Map m;
  m.learn(n1, 3, 4);
  m.end_turn();
  m.learn(n1, 1, 1);
  m.learn(n1, 5, 6);
  CHECK(m.scanned(1, 6) == Counters{1, 3, 4, 5, 6});
  CHECK(m.scanned(4, 5) == Counters{4, 5});
  CHECK(m.scanned(2, 2).empty());
  CHECK(m.scanned(1, 6, 2) == Counters{1, 3});
  m.end_turn();
  CHECK(m.scanned(1, 6) == Counters{1, 3, 4, 5, 6});
}

// Turns that learn near and far, then sets of counters with small gaps and large ones: what a scan visits is what a
// plain look says, and what is forgotten is that and nothing else.
TEST_CASE("many runs of counters at once are the same as one after the other") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Rng rng(seed);
    Map m;
    CounterSet learnt;
    const auto some = [&](std::uint64_t most_gap) {
      CounterSet out;
      for (std::uint64_t at = 1 + rng.below(most_gap); at < 6'000;) {
        const std::uint64_t last = at + rng.below(rng.chance(0.1) ? 300 : 3);
        out.add_run({at, last});
        at = last + 2 + rng.below(rng.chance(0.05) ? 3'000 : most_gap);
      }
      return out;
    };
    for (int turn = 0; turn < 4; ++turn) {
      const CounterSet fresh = some(40).minus(learnt);
      for (const CounterSet::Run& run : fresh.runs()) m.learn(n1, run.first, run.last);
      learnt.join(fresh);
      if (turn < 3) m.end_turn();  // the last ones are not on disk yet
    }
    for (int round = 0; round < 6; ++round) {
      const CounterSet asked = some(round < 3 ? 10 : 500);
      CounterSet visited;
      std::uint64_t before = 0;
      m.map.scan(m.disk, n1, asked, [&](std::uint64_t counter, const std::string& key) {
        CHECK(key == key_of(counter));
        CHECK(counter > std::exchange(before, counter));
        visited.add(counter);
        return true;
      });
      CHECK(visited == asked.intersect(learnt));
      m.prune(asked, 10'000);
      m.end_turn();
      learnt = learnt.minus(asked);
      CHECK(m.map.held_of(n1, CounterSet::up_to(max_counter)) == learnt);
    }
  }
}

TEST_CASE("what is forgotten leaves nothing, whole records and parts of them") {
  Map m;
  m.learn(n1, 1, 10);
  m.end_turn();
  m.prune(CounterSet::of(4, 5));
  m.end_turn();
  CHECK(m.scanned(1, 10) == Counters{1, 2, 3, 6, 7, 8, 9, 10});
  CHECK(!m.map.holds({n1, 4}));
  CounterSet ends = CounterSet::up_to(2);
  ends.add_run({9, 20});
  m.prune(ends);
  m.end_turn();
  CHECK(m.scanned(1, 10) == Counters{3, 6, 7, 8});
  m.prune(CounterSet::up_to(10));
  m.end_turn();
  CHECK(m.map.held() == 0);
  CHECK(m.store.records().empty());
}

TEST_CASE("what was learnt in this turn can be forgotten in it") {
  Map m;
  m.learn(n1, 1, 2);
  m.prune(CounterSet::up_to(2));
  m.end_turn();
  CHECK(m.map.held() == 0);
  CHECK(m.store.records().empty());
}

TEST_CASE("no more is forgotten than the budget allows") {
  Map m;
  m.learn(n1, 1, 10);
  m.end_turn();
  CHECK(m.prune(CounterSet::up_to(10), 3) == 0);
  m.end_turn();
  CHECK(m.scanned(1, 10).front() == 4);
  CHECK(m.prune(CounterSet::up_to(10), 100) == 93);
  CHECK(m.map.held() == 0);
}

TEST_CASE("of a set of dots those are held that are mapped") {
  Map m;
  m.learn(n1, 2, 3);
  DotSet dots;
  dots.add(n1, CounterSet::up_to(2));
  dots.add({n2, 1});
  const DotSet held = m.map.held_of(dots);
  CHECK(held.size() == 1);
  CHECK(held.has({n1, 2}));
  m.map.keep_held(dots);
  CHECK(dots == held);
  m.map.keep_held(dots);
  CHECK(dots == held);
}

TEST_CASE("the actors of a map are those with a key or a void") {
  using Actors = std::vector<Actor>;
  Map m;
  CHECK(m.map.actors().empty());
  DotSet voids;
  voids.add({n1, 3});
  m.map.learn_voids(voids);
  CHECK(m.map.actors() == Actors{n1});
  m.learn(n2, 1, 1);
  m.learn(n1, 4, 4);
  CHECK(m.map.actors() == Actors{n1, n2});
  m.prune(CounterSet::up_to(3));
  CHECK(m.map.actors() == Actors{n1, n2});
  m.prune(CounterSet::up_to(4));
  CHECK(m.map.actors() == Actors{n2});
}
