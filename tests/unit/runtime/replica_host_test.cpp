#include "node/runtime/replica_host.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/runtime/test_world.hpp"

using namespace kin;

namespace {

const Actor self{"n1", {100, 1}};

struct Hosted {
  FailingStore store;
  ClusterConfig cluster = counter_cluster();
  Rng rng{1};
  std::unique_ptr<ReplicaHost> host;
  std::vector<TierSend> early;

  Hosted() {
    auto opened = ReplicaHost::open(store, cluster, self, counter_tiers(), rng);
    REQUIRE(opened);
    host = std::move(*opened);
  }
  tl::expected<TurnEffects, CannotGoOn> end_turn() {
    return host->end_turn([&](const std::vector<TierSend>& sends) { early = sends; });
  }
  void start() {
    host->step_all(Started{1});
    REQUIRE(end_turn());
  }
  void call(CallId id, wire::Kind kind, const std::string& body) {
    host->step(0, ClientCall{id, kind, body, "tester", 0, 0});
  }
  void write(CallId id, const std::string& value) { call(id, wire::Kind::add_update, wire::encode(write_of(value))); }
};

std::string said(const Reply& reply) { return wire::decode<wire::Done>(reply.body)->message; }

}  // namespace

TEST_CASE("only tiers that buckets use or that own requests are hosted") {
  Hosted node;
  CHECK(node.host->tiers() == 1);
  CHECK(node.host->tier_named("counter") == TierIndex{0});
  CHECK(!node.host->tier_named("unused"));
  CHECK(node.host->tier_numbered(9) == TierIndex{0});
  CHECK(!node.host->tier_numbered(10));
  CHECK(node.host->owner_of(CounterTier::own_kind) == TierIndex{0});
  CHECK(!node.host->owner_of(wire::Kind::read));
}

TEST_CASE("the first batch holds the incarnation and what Started wrote") {
  Hosted node;
  node.start();
  CHECK(node.store.commits == 1);
  CHECK(node.store.records().at("!incarnation") == print_incarnation(self.life));
  CHECK(node.store.records().at("t/started") == "yes");
}

TEST_CASE("a turn is one commit, and later steps see earlier writes") {
  Hosted node;
  node.start();
  for (CallId id = 1; id <= 5; ++id) node.write(id, "v");
  CHECK(node.store.commits == 1);
  wire::Read read;
  read.bucket = "default";
  read.key = "k";
  node.call(6, wire::Kind::read, wire::encode(read));
  const auto effects = node.end_turn();
  REQUIRE(effects);
  CHECK(node.store.commits == 2);
  CHECK(node.store.records().at("t/n/k") == "5");
  REQUIRE(effects->replies.size() == 6);
  CHECK(said(effects->replies[4]) == "5");
  CHECK(said(effects->replies[5]) == "5");
  CHECK(effects->sends.size() == 10);
}

TEST_CASE("a turn without writes commits nothing") {
  Hosted node;
  node.start();
  for (int i = 0; i < 1000; ++i) {
    node.host->step_all(Tick{static_cast<std::uint64_t>(i)});
    REQUIRE(node.end_turn());
  }
  CHECK(node.store.commits == 1);
}

TEST_CASE("between the halves of an end the next turn sees what is being committed, and its own end comes later") {
  Hosted node;
  node.start();
  node.write(1, "v");
  REQUIRE(node.host->begin_commit([](const auto&) {}));
  CHECK(node.host->committing());
  CHECK(node.host->withheld().size() == 1);
  CHECK(node.host->batch().size() == 1);
  wire::Read read;
  read.bucket = "default";
  read.key = "k";
  node.call(2, wire::Kind::read, wire::encode(read));
  CHECK(node.host->replies_that_may_leave() == 0);
  node.write(3, "v");
  CHECK(node.host->batch().size() == 1);
  CHECK(node.host->records_to_commit() == 1);
  CHECK(node.store.commits == 1);

  auto effects = node.host->end_commit(node.store.commit(node.host->batch()));
  REQUIRE(effects);
  CHECK(!node.host->committing());
  CHECK(effects->replies.size() == 1);
  CHECK(effects->sends.size() == 2);
  effects = node.end_turn();
  REQUIRE(effects);
  REQUIRE(effects->replies.size() == 2);
  CHECK(said(effects->replies[0]) == "1");
  CHECK(said(effects->replies[1]) == "2");
  CHECK(node.host->commits() == 3);
}

TEST_CASE("S-26: a read that fails during a commit ends its own turn, and not the one that is being committed") {
  Hosted node;
  node.start();
  node.write(1, "v");
  REQUIRE(node.host->begin_commit([](const auto&) {}));
  node.store.reads_fail = true;
  node.host->step(0, ClientCall{2, wire::Kind::add_update, wire::encode(write_of("v", "default", "other")), "", 0, 0});
  CHECK(node.host->end_commit(node.store.commit(node.host->batch())));
  CHECK(!node.end_turn());
  CHECK(node.store.commits == 2);
}

TEST_CASE("S-25: nothing leaves a turn whose commit fails, and the host steps no more") {
  Hosted node;
  node.start();
  node.store.writes_fail = true;
  node.write(1, "v");
  auto effects = node.end_turn();
  REQUIRE(!effects);
  CHECK(effects.error().why == "the disk of n1 failed: a write of db/000003.log");
  REQUIRE(effects.error().storage);
  CHECK(node.early.empty());
  REQUIRE(node.host->withheld().size() == 1);
  CHECK(said(node.host->withheld().front()) == "1");

  node.store.writes_fail = false;  // LevelDB would go on saying OK
  node.write(2, "v");
  CHECK(!node.end_turn());
  CHECK(node.store.commits == 1);
  CHECK(node.store.records().count("t/n/k") == 0);
}

TEST_CASE("S-26: a read that fails ends the turn") {
  Hosted node;
  node.start();
  node.store.reads_fail = true;
  node.write(1, "v");
  CHECK(!node.end_turn());
  CHECK(node.store.commits == 1);
}

TEST_CASE("a protocol that cannot read the store at its start is an error") {
  FailingStore store;
  store.reads_fail = true;
  const ClusterConfig cluster = counter_cluster();
  Rng rng(1);
  const auto opened = ReplicaHost::open(store, cluster, self, counter_tiers(), rng);
  REQUIRE(!opened);
  CHECK(opened.error().message == "a read of db/000003.log");
}

TEST_CASE("only sends marked early leave before the commit") {
  Hosted node;
  node.start();
  std::size_t early_at_commit = 0;
  node.store.before_commit = [&] { early_at_commit = node.early.size(); };
  node.write(1, "v");
  node.write(2, "early");
  const auto effects = node.end_turn();
  REQUIRE(effects);
  CHECK(early_at_commit == 2);
  CHECK(effects->sends.size() == 2);
}

TEST_CASE("a protocol that says stop ends the turn before anything is written or sent") {
  Hosted node;
  node.start();
  node.write(1, "early");
  node.write(2, "stop");
  const auto effects = node.end_turn();
  REQUIRE(!effects);
  CHECK(effects.error().why == "the counter says stop");
  CHECK(!effects.error().storage);
  CHECK(node.early.empty());
  CHECK(node.store.commits == 1);
}

TEST_CASE("a call that is malformed to its tier is answered all the same") {
  Hosted node;
  node.start();
  node.write(7, "garbage");
  CHECK(node.host->take_notes().malformed.size() == 1);
  const auto effects = node.end_turn();
  REQUIRE(effects);
  REQUIRE(effects->replies.size() == 1);
  CHECK(effects->replies[0].to == 7);
  const auto failure = wire::decode<Failure>(effects->replies[0].body);
  CHECK(failure->status == Status::usage);
  CHECK(failure->applied == Applied::no);
}
