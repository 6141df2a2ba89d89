// The loop over real sockets on a port that the system picks. Client and node take turns in one thread.
#include <catch2/catch.hpp>
#include <chrono>

#include "node/runtime/job_worker.hpp"
#include "tests/unit/runtime/test_world.hpp"

using namespace kin;

namespace {

struct LiveNode {
  FailingStore store;
  ClusterConfig cluster = counter_cluster();
  Rng rng{1};
  FaultFilter faults{rng};
  SystemTime time;
  ListLog log;
  std::unique_ptr<CausalTrace> trace = CausalTrace::off();
  std::unique_ptr<NodeTransport> net;
  std::unique_ptr<ReplicaHost> host;
  std::unique_ptr<JobWorker> jobs;
  std::unique_ptr<CommitWorker> commits;
  std::unique_ptr<NodeLoop> loop;

  LiveNode() {
    cluster.nodes.resize(1);
    net = *NodeTransport::bind("127.0.0.1", 0, "n1.1", 1500);
    host = *ReplicaHost::open(store, cluster, Actor{"n1", {100, 1}}, counter_tiers(), rng);
    jobs = std::make_unique<JobWorker>(
        1, [this] { net->wake(); }, time);
    commits = std::make_unique<CommitWorker>(
        store, [this] { net->wake(); }, time);
    loop = std::make_unique<NodeLoop>(NodeParts{*host, *net, faults, *trace, log, time, *jobs, *commits, "9.9"});
    REQUIRE(!loop->start());
  }

  std::unique_ptr<ClientTransport> client() {
    auto client = ClientTransport::connect("127.0.0.1", net->port());
    until([&] { return client->writable(0); });
    return client;
  }
  template <class Condition>
  void until(const Condition& holds) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      REQUIRE(!loop->turn(1));
    }
  }
  // The next reply with this request id; others are passed over.
  ParsedItem reply(ClientTransport& client, std::uint64_t request_id) {
    std::optional<ParsedItem> found;
    until([&] {
      std::string message;
      while (!found && client.receive(message, 1)) {
        for (ParsedItem& item : items_of(message)) {
          if (item.envelope.request_id == request_id) found = std::move(item);
        }
      }
      return found.has_value();
    });
    return *found;
  }
};

}  // namespace

TEST_CASE("a client on a real socket is answered") {
  LiveNode node;
  auto client = node.client();
  for (std::uint64_t id = 1; id <= 20; ++id) REQUIRE(client->send(request_item(write_of("v"), id)));
  CHECK(node.reply(*client, 20).as<wire::Done>().message == "20");
}

TEST_CASE("a job of a tier runs beside the loop, and its result is the reply") {
  LiveNode node;
  auto client = node.client();
  REQUIRE(client->send(request_item(write_of("job"), 1)));
  CHECK(node.reply(*client, 1).as<wire::Done>().message == "computed");
  CHECK(node.loop->counters().jobs_done == 1);
}

TEST_CASE("S-69, S-70: one client's malformed messages keep nobody else from being answered") {
  LiveNode node;
  auto hostile = node.client();
  auto honest = node.client();
  const std::string whole = request_item(write_of("value"), 1);
  std::vector<std::string> bad;
  for (std::size_t size = 0; size < whole.size(); ++size) bad.push_back(whole.substr(0, size));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    bad.push_back(whole);
    bad.back()[at] = static_cast<char>(bad.back()[at] ^ 0xff);
  }
  bad.emplace_back(1'000'000, '\x91');
  bad.emplace_back("\xdd\xff\xff\xff\xff", 5);
  bad.push_back(whole.substr(0, whole.size() - 1) + std::string(1 << 20, '\xc1'));
  std::uint64_t asked = 100;
  for (const std::string& message : bad) {
    node.until([&] { return hostile->writable(0); });
    REQUIRE(hostile->send(message));
    REQUIRE(honest->send(request_item(write_of("v"), ++asked)));
    CHECK(node.reply(*honest, asked).envelope.kind == wire::Kind::done);
  }
  node.until([&] { return node.net->counters().received >= asked - 100 + bad.size(); });
  REQUIRE(!node.loop->turn(0));
  CHECK(node.loop->counters().malformed > whole.size());
}
