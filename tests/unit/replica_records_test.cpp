// What a replica has on its disk after writes, pushes and deletes: record by record, since each costs.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "node/protocols/causal/records.hpp"
#include "node/protocols/causal/replica.hpp"
#include "node/protocols/causal/shadow_pages.hpp"
#include "node/storage/memory_store.hpp"

using namespace kin;
using namespace kin::causal;

namespace {

const std::vector<NodeId> both{"n1", "n2"};
constexpr Incarnation life{1, 1};

std::string joined(const std::string& key) { return records::join_key("b", key); }

struct Node {
  explicit Node(const NodeId& id) : replica(id, life, both, disk) { end_turn(); }

  MemoryStore store;
  Overlay disk{store, ""};
  CausalReplica replica;

  // How many records the turn has written or erased.
  std::size_t end_turn() {
    replica.persist(disk);
    const WriteBatch batch = disk.take();
    REQUIRE(store.commit(batch));
    replica.check_invariants(disk);
    return batch.size();
  }
  EntryState write(const std::string& key, std::optional<std::string> value) {
    std::optional<Sibling> sibling;
    if (value) sibling = Sibling{*value, {}, {}, {}, 0};
    const Written written = replica.write(disk, joined(key), std::move(sibling), {}, 0);
    EntryState state = replica.state_with_all_dots(disk, joined(key));
    state.dots = {};
    state.dots.add(written.dot);
    return state;
  }
  Outbox take(const Node& from, Message message) {
    return replica.receive(disk, from.replica.self(), life, message, 0);
  }
  std::size_t count(char letter) const {
    std::size_t out = 0;
    for (const auto& [record, bytes] : store.records()) out += record.front() == letter ? 1 : 0;
    return out;
  }
};

struct Pair {
  Node a{"n1"}, b{"n2"};

  // Until both know that both have everything.
  void gossip() {
    for (int round = 0; round < 4; ++round) {
      ask(a, b);
      ask(b, a);
    }
  }
  static void ask(Node& asker, Node& asked) {
    Outbox question = asker.replica.tick(asker.disk, asked.replica.self(), 0);
    asker.end_turn();
    for (Outgoing& out : question) {
      Outbox answers = asked.take(asker, std::move(out.message));
      asked.end_turn();
      for (Outgoing& answer : answers) asker.take(asked, std::move(answer.message));
      asker.end_turn();
    }
  }
};

}  // namespace

TEST_CASE("a turn's writes are a record each, and their dots one") {
  Pair p;
  for (const char* key : {"x", "y", "z"}) p.a.write(key, "v");
  CHECK(p.a.end_turn() == 3 + 1 + 2);  // the clock and the count of keys besides
  CHECK(p.a.count('e') == 3);
  CHECK(p.a.count('d') == 1);
  p.a.write("x", "w");
  CHECK(p.a.end_turn() == 1 + 1 + 1);
}

TEST_CASE("what a message brings is stored without what the clock says after it") {
  Pair p;
  Push push;
  for (const char* key : {"x", "y", "z"}) push.entries.push_back(p.a.write(key, "v"));
  push.base = p.a.replica.base();
  p.a.end_turn();
  p.b.take(p.a, push);
  p.b.end_turn();
  CHECK(p.b.count('e') == 3);
  CHECK(p.b.count('d') == 1);
  CHECK(p.b.count('s') == 0);
  p.b.take(p.a, push);
  CHECK(p.b.end_turn() == 0);  // repeated
}

TEST_CASE("a key twice in one message is as in two messages") {
  Pair p;
  Push push;  // no node makes such a one
  for (const char* value : {"old", "new"}) {
    push.entries.push_back(p.a.write("x", value));
    push.entries.back().context.join(p.a.replica.base());
  }
  p.b.take(p.a, push);
  p.b.end_turn();
  const EntryView entry = p.b.replica.read(p.b.disk, joined("x"));
  REQUIRE(entry.siblings.size() == 1);
  CHECK(entry.siblings.begin()->second.value == "new");
  CHECK(p.b.replica.clock() == p.a.replica.clock());
}

TEST_CASE("a message that names a dot for two keys is not believed, one that names a key twice is") {
  Pair p;
  Push push;
  for (const char* key : {"x", "y"}) push.entries.push_back(p.a.write(key, "v"));
  CHECK(p.b.replica.plausible("n1", push));
  push.entries.push_back(push.entries.front());
  CHECK(p.b.replica.plausible("n1", push));
  push.entries.back().key = joined("z");
  const auto refused = p.b.replica.plausible("n1", push);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == "it names a dot for two keys");
}

TEST_CASE("a key that was overwritten more than a million times comes to a member that was away") {
  constexpr std::uint64_t times = 1'100'000;
  Pair p;
  const Dot last{p.a.replica.actor(), times};
  Push push;
  push.entries.push_back({joined("hot"), {{last, Sibling{"last", {}, {}, {}, 0}}}, {}, {}});
  push.entries.back().dots.add(last.actor, CounterSet::up_to(times));
  REQUIRE(p.b.replica.plausible("n1", push));
  p.b.take(p.a, push);
  p.b.end_turn();
  CHECK(p.b.replica.clock().size() == times);
  CHECK(p.b.replica.dots_of(p.b.disk, joined("hot")).size() == times);
}

TEST_CASE("a deleted key whose dots somebody may lack keeps them, and then nothing") {
  Pair p;
  p.a.write("x", "v");
  p.a.end_turn();
  p.a.write("x", std::nullopt);
  p.a.end_turn();
  CHECK(p.a.replica.keys() == 0);
  CHECK(p.a.count('e') == 1);
  CHECK(p.a.count('s') == 1);
  CHECK(p.a.replica.dots_of(p.a.disk, joined("x")).size() == 2);
  CHECK(p.a.replica.keys_behind(p.a.disk, "", 10) == std::vector<std::string>{joined("x")});
  p.gossip();
  for (Node* node : {&p.a, &p.b}) {
    for (const char letter : {'e', 's', 'd', 'x'}) CHECK(node->count(letter) == 0);
    CHECK(node->replica.clock().size() == 2);
  }
}

TEST_CASE("an entry says which of its overwritten dots are mapped, also to another process") {
  Pair p;
  p.a.write("x", "1");
  p.a.write("x", "2");
  p.a.end_turn();
  const CausalReplica again("n1", {2, 2}, both, p.a.disk);
  CHECK(again.dots_of(p.a.disk, joined("x")).size() == 2);
  p.gossip();
  CHECK(p.a.replica.dots_of(p.a.disk, joined("x")).empty());
  p.a.write("x", "3");
  p.a.end_turn();
  CHECK(p.a.replica.dots_of(p.a.disk, joined("x")).size() == 1);
}

TEST_CASE("what overwrites cost while a member is away does not grow with their number, and they come to it whole") {
  Pair p;
  p.gossip();
  const auto overwrite_in_turns = [&](std::uint64_t rounds) {
    for (std::uint64_t i = 0; i < rounds; ++i) {
      for (const char* key : {"x", "y"}) p.a.write(key, "v");  // no two writes of a key follow each other
      p.a.replica.persist(p.a.disk);
      REQUIRE(p.a.store.commit(p.a.disk.take()));
    }
    p.a.replica.check_invariants(p.a.disk);
  };
  const auto entry_bytes = [&] { return p.a.store.get(records::entry(joined("x")))->size(); };
  overwrite_in_turns(ShadowBounds{}.in_entry);
  const std::size_t few = entry_bytes();
  overwrite_in_turns(5'000);
  CHECK(entry_bytes() < 2 * few);
  CHECK(p.a.count('o') == 2 * (5'000 / ShadowBounds{}.in_page + 1));
  CHECK(p.a.replica.dots_of(p.a.disk, joined("x")).size() == 5'000 + ShadowBounds{}.in_entry);

  p.gossip();
  CHECK(p.b.replica.clock() == p.a.replica.clock());
  CHECK(p.b.replica.read(p.b.disk, joined("y")).siblings.begin()->second.value == "v");
  for (const Node* node : {&p.a, &p.b}) {
    CHECK(node->count('o') == 0);  // forgotten, and no trace of it
    CHECK(node->count('s') == 0);
    CHECK(node->count('d') == 0);
  }
}

TEST_CASE("pages are forgotten from the oldest on, and go with a deleted key") {
  Pair p;
  p.gossip();
  const auto write_both = [&](std::optional<std::string> value) {
    for (const char* key : {"x", "y"}) p.a.write(key, value);
    p.a.end_turn();
  };
  for (std::uint64_t i = 0; i < 2 * ShadowBounds{}.in_page; ++i) write_both("v");
  const std::size_t pages = p.a.count('o');
  REQUIRE(pages >= 4);
  write_both(std::nullopt);
  CHECK(p.a.count('e') == 2);
  p.gossip();
  for (const Node* node : {&p.a, &p.b}) {
    CHECK(node->count('o') == 0);
    CHECK(node->count('e') == 0);
  }
}
