// The atomic tier on whole simulated machines: what it must survive, by number, and what it must still serve.
#include "common/wire/tokens.hpp"

#include <catch2/catch.hpp>

#include "common/wire/status.hpp"
#include "driver/sim/run.hpp"
#include "driver/sim/sim_cluster.hpp"

using namespace kin;
using namespace kin::sim;

namespace {

constexpr std::uint64_t timeout_ms = 1000;
constexpr Micros patience_us = 1'500'000;

class Client : public Watcher {
 public:
  void stepped(const NodeId&, const std::vector<Reply>&) override {}
  void settled(const NodeId&, bool) override {}
  void reply_arrived(const Reply& reply) override { replies[reply.to] = reply; }
  void forgot(const NodeId&) override {}
  void refused(const NodeId& node, const std::string& why) override { FAIL(node + " stopped: " + why); }

  std::map<CallId, Reply> replies;
};

// Token 7, written by n1 and read by all.
struct World {
  explicit World(std::uint32_t nodes, bool all = false, std::uint64_t seed = 1)
      : cluster(config_of(nodes, all), Speed{}, seed, client) {
    idle_ms(1000);
  }

  static ClusterConfig config_of(std::uint32_t nodes, bool all) {
    ClusterConfig config;
    for (std::uint32_t i = 1; i <= nodes; ++i) config.nodes.push_back({NodeId("n" + std::to_string(i)), "sim", 1});
    config.tokens.push_back({"7", "n1", config.ids(), all});
    config.faults_enabled = true;
    return config;
  }
  void idle_ms(std::uint64_t ms) { cluster.agenda().run_until(cluster.agenda().now() + ms * 1000); }

  template <class Request>
  CallId begins(const NodeId& node, const Request& request) {
    const CallId call = cluster.new_call();
    cluster.ask(node, {{call, Request::kind, wire::encode(request)}}, timeout_ms);
    return call;
  }
  // The name of what a reply shows; the status and whether it was applied; `silence`.
  std::string told(CallId call) const {
    const auto found = client.replies.find(call);
    if (found == client.replies.end()) return "silence";
    if (found->second.kind == wire::Kind::token_reply) {
      const auto reply = wire::decode<wire::TokenReply>(found->second.body);
      return reply->value ? reply->value->name : "created";
    }
    if (found->second.kind != wire::Kind::failure) return "done";
    const auto failure = wire::decode<Failure>(found->second.body);
    return std::string(name(failure->status)) + ' ' + std::string(name(failure->applied));
  }
  template <class Request>
  std::string does(const NodeId& node, const Request& request) {
    const CallId call = begins(node, request);
    const Micros until = cluster.agenda().now() + patience_us;
    while (!client.replies.contains(call) && cluster.agenda().now() < until) cluster.agenda().run_next();
    return told(call);
  }
  std::string create() { return does("n1", wire::TokenCreate{"7", false}); }
  std::string write(const std::string& name) { return does("n1", wire::TokenWrite{"7", name, 0, 3, 9, false}); }
  std::string drop() { return does("n1", wire::TokenDrop{"7"}); }
  std::string read(const NodeId& node) { return does(node, wire::TokenRead{"7"}); }
  void silence(const NodeId& node) { REQUIRE(does(node, wire::TokenSilence{"7", 0}) == "done"); }

  void cut_off(const NodeId& node, bool cut) {
    for (const NodeId& other : cluster.config().ids()) {
      for (const auto& link : {SimNetwork::Link(node, other), SimNetwork::Link(other, node)}) {
        if (other != node) cut ? cluster.network().cut(link) : cluster.network().join(link);
      }
    }
  }

  Client client;
  SimCluster cluster;
};

// Runs with the faults that are named and no others, many clients at few tokens.
void all_hold(std::initializer_list<Fault> faults, std::uint64_t first_seed, std::uint32_t drops = 5) {
  for (std::uint64_t seed = first_seed; seed < first_seed + 15; ++seed) {
    Options options = draw(seed, "atomic");
    options.operations = 300;
    options.keys = 2;
    options.think_us = 1000;
    options.deletes = drops;
    options.fault_gap_ms = 50;
    options.faults.fill(false);
    for (const Fault fault : faults) options.let(fault, true);
    const RunResult result = run(options);
    INFO(flags(options) << (result.story.empty() ? "" : ": " + result.story.front()));
    REQUIRE(result.held);
    CHECK(result.answered > 0);
  }
}

}  // namespace

TEST_CASE("S-30, S-31, S-32: writers and readers crash at any moment, and no read goes back in time") {
  all_hold({Fault::kill, Fault::kill_in_commit, Fault::power_in_commit, Fault::isolate, Fault::loss}, 3000);
}

TEST_CASE("S-33, S-34: the disk of a writer or of a reader is lost again and again") {
  all_hold({Fault::lose_disk, Fault::kill, Fault::delays, Fault::isolate}, 3100);
}

TEST_CASE("S-35: late, repeated and reordered messages") {
  all_hold({Fault::delays, Fault::duplicates, Fault::clog, Fault::swizzle}, 3200);
}

TEST_CASE("S-40: drops and creates among old messages") {
  all_hold({Fault::delays, Fault::duplicates, Fault::split, Fault::kill}, 3300, 40);
}

TEST_CASE("S-30: a write that one holder heard of is seen by all who read after the first who saw it") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world(5, false, seed);
    world.create();
    REQUIRE(world.write("old") == "old");
    for (const NodeId other : {"n3", "n4", "n5"}) world.cluster.network().cut({"n1", other});
    world.begins("n1", wire::TokenWrite{"7", "new", 0, 3, 9, false});
    world.idle_ms(300);
    world.cluster.kill("n1");
    const std::string first = world.read("n2");
    CHECK(first == "new");  // n2 heard of it
    world.cut_off("n2", true);
    CHECK(world.read("n5") == "new");
  }
}

TEST_CASE("S-36: the writer reads while its write is under way and dies, nobody has seen what is gone") {
  World world(3);
  world.create();
  world.write("old");
  world.cut_off("n1", true);
  const CallId write = world.begins("n1", wire::TokenWrite{"7", "new", 0, 3, 9, false});
  world.idle_ms(100);
  CHECK(world.read("n1") == "TIMEOUT no");
  CHECK(world.told(write) == "TIMEOUT unknown");
  world.cluster.kill("n1");
  CHECK(world.read("n2") == "old");
}

TEST_CASE("S-37: silence about a token survives kills and power cuts, other tokens do not know of it") {
  World world(3);
  world.create();
  world.silence("n3");
  world.idle_ms(1000);
  for (int i = 0; i < 5; ++i) {
    i % 2 == 0 ? world.cluster.kill("n3") : world.cluster.cut_power("n3");
    world.cluster.start("n3");
    world.idle_ms(1000);
    CHECK(world.read("n3") == "silence");
    CHECK(world.read("n2") == "created");
  }
  CHECK(world.does("n3", wire::TokenList{}) == "done");
}

TEST_CASE("S-38: with 2 of 5 silent all of 200 operations succeed in time, with 3 none succeeds or fails") {
  World world(5);
  world.create();
  world.silence("n4");
  world.silence("n5");
  world.idle_ms(500);
  for (int i = 0; i < 100; ++i) {
    const std::string name = "v" + std::to_string(i);
    REQUIRE(world.write(name) == name);
    REQUIRE(world.read(i % 2 == 0 ? "n2" : "n3") == name);
  }
  world.silence("n3");
  world.idle_ms(500);
  CHECK(world.write("late") == "TIMEOUT unknown");
  CHECK(world.read("n2") == "TIMEOUT no");
  CHECK(world.drop() == "TIMEOUT unknown");
  CHECK(world.create() != "ALREADY_EXISTS no");
}

TEST_CASE("S-39: a read imposes on holders that had not answered it") {
  World world(5);
  world.create();
  for (const NodeId other : {"n3", "n4", "n5"}) world.cluster.network().cut({"n1", other});
  world.begins("n1", wire::TokenWrite{"7", "new", 0, 3, 9, false});
  world.idle_ms(300);
  world.cluster.kill("n1");
  // n2 is answered by n3 and n4, and from then on hears only n4 and n5.
  const CallId read = world.begins("n2", wire::TokenRead{"7"});
  world.cluster.network().cut({"n5", "n2"});
  world.idle_ms(1);
  world.cluster.network().join({"n5", "n2"});
  world.cluster.network().cut({"n2", "n3"});
  world.idle_ms(1000);
  CHECK(world.told(read) == "new");
  world.cut_off("n2", true);
  CHECK(world.read("n3") == "new");
}

TEST_CASE("S-41: with quorum all one holder that is only slow or cut off stops everything, a majority goes on") {
  World all(3, true), majority(3);
  for (World* world : {&all, &majority}) {
    CHECK(world->create() == "created");
    world->cut_off("n3", true);
  }
  CHECK(all.write("apples") == "TIMEOUT unknown");
  CHECK(all.read("n2") == "TIMEOUT no");
  CHECK(majority.write("apples") == "apples");
  CHECK(majority.read("n2") == "apples");
  for (World* world : {&all, &majority}) {
    world->cut_off("n3", false);
    CHECK(world->read("n3") == "apples");
  }
}
