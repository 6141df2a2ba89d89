// S-11 ten thousand times: a write whose reply is lost is sent again under the same operation, through the same node or
// another one, while nodes are cut off, die and come back, and others write beside it and after it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "common/wire/context_token.hpp"
#include "common/wire/replies.hpp"
#include "common/wire/requests.hpp"
#include "driver/sim/sim_cluster.hpp"

using namespace kin;
using namespace kin::sim;

namespace {

// Takes the replies that arrive; those of a write that is to be sent again are looked at by nobody.
class Clients : public Watcher {
 public:
  void stepped(const NodeId&, const std::vector<Reply>&) override {}
  void settled(const NodeId&, bool) override {}
  void reply_arrived(const Reply& reply) override { replies[reply.to] = reply; }
  void forgot(const NodeId&) override {}
  void refused(const NodeId&, const std::string&) override {}

  std::map<CallId, Reply> replies;
};

ClusterConfig five_nodes() {
  ClusterConfig config;
  for (int i = 1; i <= 5; ++i) config.nodes.push_back({NodeId("n" + std::to_string(i)), "sim", 1});
  return config;
}

// One key, and what it must show when all is over.
struct Retried {
  std::string key;
  std::size_t first = 0, second = 0;  // nodes
  std::set<std::string> values;
};

class World {
 public:
  explicit World(std::uint64_t seed) : rng_(seed), cluster_(five_nodes(), {}, seed, clients_) { wait_ms(1500); }

  SimCluster& cluster() { return cluster_; }
  Rng& rng() { return rng_; }
  void wait_ms(std::uint64_t ms) { cluster_.agenda().run_until(cluster_.agenda().now() + ms * 1000); }
  NodeId node(std::size_t i) { return cluster_.config().ids()[i]; }

  void cut(std::size_t i, bool away) {
    for (std::size_t other = 0; other < 5; ++other) {
      if (other == i) continue;
      away ? cluster_.network().cut({node(i), node(other)}) : cluster_.network().join({node(i), node(other)});
      away ? cluster_.network().cut({node(other), node(i)}) : cluster_.network().join({node(other), node(i)});
    }
  }

  CallId put(std::size_t at, const std::string& key, const std::string& value, const std::string& operation,
             wire::Seen seen = wire::Seen::implied, const std::string& context = "") {
    const CallId call = cluster_.new_call();
    const wire::AddUpdate request{"default", key, value, seen, context, {}, operation, false, "", {}};
    cluster_.ask(node(at), {{call, wire::Kind::add_update, wire::encode(request)}}, 1000);
    return call;
  }
  // Waits for the answer.
  wire::ReadReply read(std::size_t at, const std::string& key) {
    const CallId call = cluster_.new_call();
    cluster_.ask(node(at), {{call, wire::Kind::read, wire::encode(wire::Read{"default", key, {}})}}, 5000);
    for (int i = 0; i < 1000 && !clients_.replies.contains(call); ++i) wait_ms(5);
    REQUIRE(clients_.replies.contains(call));
    REQUIRE(clients_.replies[call].kind == wire::Kind::read_reply);
    return *wire::decode<wire::ReadReply>(clients_.replies[call].body);
  }
  bool converged() {
    std::set<std::string> digests;
    for (const NodeId& id : cluster_.config().ids()) digests.insert(cluster_.reports(id).front().digest);
    return digests.size() == 1;
  }
  void converge() {
    for (int i = 0; i < 300 && !converged(); ++i) wait_ms(100);
    REQUIRE(converged());
  }
  wire::WriteReply reply(CallId call) {
    REQUIRE(clients_.replies.contains(call));
    REQUIRE(clients_.replies[call].kind == wire::Kind::write_reply);
    return *wire::decode<wire::WriteReply>(clients_.replies[call].body);
  }

 private:
  Rng rng_;
  Clients clients_;
  SimCluster cluster_;
};

std::set<std::string> values_of(const wire::ReadReply& reply) {
  std::set<std::string> out;
  for (const wire::ShownSibling& sibling : reply.siblings) out.insert(sibling.value);
  return out;
}

// Hidden copies of an operation are in the context too.
std::size_t copies_in(const wire::ReadReply& reply) { return wire::parse_context(reply.context)->seen.size(); }

constexpr std::size_t keys_a_world = 100;

}  // namespace

TEST_CASE("S-11: 10,000 writes whose reply was lost, each sent again through another node: one value each, none lost") {
  std::size_t judged = 0, copied = 0, beside = 0;
  for (std::uint64_t seed = 1; judged < 10'000; ++seed) {
    INFO("seed " << seed);
    World w(seed);
    std::vector<Retried> all;
    for (std::size_t i = 0; i < keys_a_world; ++i) {
      Retried one;
      one.key = "k" + std::to_string(i);
      one.first = w.rng().below(5);
      one.second = (one.first + 1 + w.rng().below(4)) % 5;
      if (w.rng().chance(0.5)) w.put(w.rng().below(5), one.key, "before", "");
      all.push_back(one);
    }
    w.wait_ms(50);
    w.converge();

    const std::size_t away = w.rng().below(5);
    const bool isolated = w.rng().chance(0.5), dies = !isolated && w.rng().chance(0.5);
    if (isolated) w.cut(away, true);
    for (Retried& one : all) {
      one.values.insert("value of " + one.key);
      w.put(one.first, one.key, "value of " + one.key, "operation " + one.key);
    }
    // Sometimes before the first one has even got to its node, sometimes when all have it.
    w.wait_ms(w.rng().below(4) == 0 ? 0 : w.rng().below(300));
    if (dies) w.cluster().kill(w.node(away));
    for (Retried& one : all) {
      std::size_t again = one.second;
      if (dies && again == away) again = (again + 1) % 5;
      w.put(again, one.key, "value of " + one.key, "operation " + one.key);
    }
    w.wait_ms(20);
    for (Retried& one : all) {
      if (w.rng().chance(0.3)) {
        one.values.insert("beside");
        w.put(one.second == away ? one.first : one.second, one.key, "beside", "", wire::Seen::nothing);
      }
    }
    w.wait_ms(20);
    if (dies) w.cluster().start(w.node(away));
    if (isolated) w.cut(away, false);
    w.wait_ms(1000);
    w.converge();

    for (Retried& one : all) {
      const wire::ReadReply shown = w.read(w.rng().below(5), one.key);
      INFO(one.key);
      CHECK(values_of(shown) == one.values);
      CHECK(shown.siblings.size() == one.values.size());
      copied += copies_in(shown) > shown.siblings.size() ? 1 : 0;
      beside += one.values.size() > 1 ? 1 : 0;
      ++judged;
      // Whoever goes on from what is shown replaces all copies.
      w.put(w.rng().below(5), one.key, "after", "", wire::Seen::context, shown.context);
    }
    w.wait_ms(100);
    w.converge();
    for (const Retried& one : all) {
      const wire::ReadReply shown = w.read(w.rng().below(5), one.key);
      CHECK(values_of(shown) == std::set<std::string>{"after"});
      CHECK(copies_in(shown) == 1);
      // The third try comes late, when all is over: it is no new write.
      w.put(w.rng().below(5), one.key, "value of " + one.key, "operation " + one.key);
    }
    w.wait_ms(100);
    w.converge();
    for (const Retried& one : all)
      CHECK(values_of(w.read(w.rng().below(5), one.key)) == std::set<std::string>{"after"});
  }
  CHECK(judged >= 10'000);
  CHECK(copied > 1'000);  // else nothing was tried
  CHECK(beside > 1'000);
  WARN(judged << " retried writes, " << copied << " with copies, " << beside << " beside another value");
}

TEST_CASE("S-11: 10,000 writes sent again through the same node, once or more often: one dot") {
  std::size_t judged = 0;
  for (std::uint64_t seed = 1; judged < 10'000; ++seed) {
    INFO("seed " << seed);
    World w(seed ^ 0x5EED);
    const bool restarts = seed % 4 == 0;
    std::map<std::string, std::vector<CallId>> calls;
    std::map<std::string, std::size_t> at;
    const auto send = [&](const std::string& key) {
      calls[key].push_back(w.put(at[key], key, "value", "operation " + key, wire::Seen::nothing));
    };
    for (std::size_t i = 0; i < keys_a_world; ++i) {
      const std::string key = "k" + std::to_string(i);
      at[key] = w.rng().below(5);
      for (std::uint64_t n = 1 + w.rng().below(2); n > 0; --n) send(key);
    }
    w.wait_ms(100);
    if (restarts) {
      w.cluster().kill(w.node(0));
      w.cluster().start(w.node(0));
      w.wait_ms(100);
    }
    for (const auto& [key, node] : at) send(key);
    w.wait_ms(100);
    w.converge();
    for (const auto& [key, sent] : calls) {
      std::set<Dot> dots;
      for (const CallId call : sent) dots.insert(w.reply(call).dot);
      const wire::ReadReply shown = w.read(w.rng().below(5), key);
      INFO(key);
      CHECK(dots.size() == 1);
      CHECK(shown.siblings.size() == 1);
      CHECK(copies_in(shown) == 1);
      CHECK(dots.contains(shown.siblings.front().dot));
      ++judged;
    }
  }
}
