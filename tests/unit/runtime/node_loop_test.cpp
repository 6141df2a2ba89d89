#include "node/runtime/node_loop.hpp"

#include "tests/unit/runtime/test_node.hpp"

using namespace kin;

namespace {}  // namespace

TEST_CASE("a call is answered with its request id, from a member with an incarnation") {
  Node node;
  const ParsedItem reply = node.ask(request_item(write_of("v"), 77));
  CHECK(reply.envelope.kind == wire::Kind::done);
  CHECK(reply.envelope.request_id == 77);
  CHECK(reply.envelope.sender == "n1");
  CHECK(reply.envelope.born == 100);
  CHECK(reply.envelope.cluster == "demo");
  CHECK(reply.as<wire::Done>().message == "1");
  CHECK(node.log.count("call add_update default/k from tester OK 0 us") == 1);
}

TEST_CASE("a turn takes all that is there: one commit, one message a peer, one message a client") {
  Node node;
  for (int i = 0; i < 20; ++i) node.give(request_item(write_of("v"), 1) + request_item(write_of("v"), 2), "a");
  for (int i = 0; i < 20; ++i) node.give(request_item(write_of("v"), 3), "b");
  const int commits = node.store.commits;
  CHECK(node.turn().size() == 60);
  CHECK(node.store.commits == commits + 1);
  CHECK(node.net.to_clients.size() == 2);
  REQUIRE(node.net.to_peers.size() == 2);
  CHECK(node.net.to_peers[0].first == "n2");
  CHECK(items_of(node.net.to_peers[0].second).size() == 60);
}

TEST_CASE("a turn is bounded") {
  Node node;
  for (std::size_t i = 0; i < NodeLoop::most_messages_a_turn + 10; ++i) node.give(request_item(write_of("v")));
  CHECK(node.turn().size() == NodeLoop::most_messages_a_turn);
  CHECK(node.turn().size() == 10);
}

TEST_CASE("a turn that has nothing to make durable ends with enough replies, also within a message") {
  constexpr std::size_t enough = NodeLoop::enough_replies_a_turn;
  Node node;
  node.turn();
  const auto give_reads = [&](std::uint64_t first, std::uint64_t last) {
    std::string message;
    for (std::uint64_t id = first; id <= last; ++id) message += request_item(wire::Read{"default", "k", {}}, id);
    node.give(message);
  };
  give_reads(1, enough + 2);
  give_reads(enough + 3, enough + 4);
  CHECK(node.turn().size() == enough);
  const auto rest = node.turn();
  CHECK(node.net.last_wait_ms == 0);  // what is left of a message is no news to wait for
  REQUIRE(rest.size() == 4);
  for (std::uint64_t i = 0; i < 4; ++i) CHECK(rest[i].envelope.request_id == enough + 1 + i);
  node.turn();
  CHECK(node.net.last_wait_ms > 0);

  const int commits = node.store.commits;
  node.give(request_item(write_of("v"), 1));
  give_reads(2, enough + 2);
  CHECK(node.turn().size() == enough + 2);
  CHECK(node.store.commits == commits + 1);
}

TEST_CASE("the loop ticks at a quarter of the gossip interval, within bounds, and waits no longer") {
  const auto interval = [](std::uint32_t gossip_ms) {
    Node node([&](ClusterConfig& cluster) { cluster.gossip_interval_ms = gossip_ms; });
    node.turn();  // the first tick is at once
    node.turn();
    return node.net.last_wait_ms;
  };
  CHECK(interval(100) == 25);
  CHECK(interval(10) == 5);
  CHECK(interval(200) == 50);
  CHECK(interval(10'000) == 50);
}

TEST_CASE("S-25: clients of a turn whose commit fails are told that nobody knows, and nothing else leaves") {
  Node node;
  node.turn();
  node.give(request_item(write_of("silence"), 5), "early one");
  CHECK(node.turn().empty());
  node.store.writes_fail = true;
  node.give(request_item(write_of("v"), 6));
  node.give(request_item(wire::StatusQuery{}, 7));
  node.net.to_peers.clear();
  const auto ended = node.loop->turn();
  REQUIRE(ended);
  REQUIRE(ended->storage);
  CHECK(node.net.to_peers.empty());
  REQUIRE(node.net.to_clients.size() == 2);
  for (const auto& [to, message] : node.net.to_clients) {
    for (const ParsedItem& item : items_of(message)) {
      const auto failure = item.as<Failure>();
      CHECK(failure.status == Status::internal);
      CHECK(failure.applied == Applied::unknown);
      CHECK(failure.message == "the disk of n1 failed: a write of db/000003.log");
    }
  }
  CHECK(node.log.count("the disk of n1 failed") == 1);
}

TEST_CASE("a protocol's stop ends the loop with its sentence") {
  Node node;
  node.give(request_item(write_of("stop"), 6));
  const auto ended = node.loop->turn();
  REQUIRE(ended);
  CHECK(ended->why == "the counter says stop");
  CHECK(!ended->storage);
  CHECK(node.net.to_peers.empty());
}

TEST_CASE("early sends leave before the commit, the others after it") {
  Node node;
  std::vector<std::size_t> sent_at_commit;
  node.store.before_commit = [&] { sent_at_commit.push_back(node.net.to_peers.size()); };
  node.ask(request_item(write_of("early")));
  CHECK(sent_at_commit.back() == 2);
  node.ask(request_item(write_of("v")));
  CHECK(sent_at_commit.back() == 0);
  CHECK(node.net.to_peers.size() == 2);
}

TEST_CASE("the trace line of a send is in the file before the message leaves, and the message carries its clock") {
  Node node(enable_trace);
  std::vector<std::string> files;
  node.net.on_send = [&] { files.push_back(text_of(node.folder.path() + "/n1.trace")); };
  node.give(peer_item("n2", "hello"));
  node.give(request_item(write_of("early")));
  node.give(request_item(write_of("v")));
  node.turn();
  // Early to n2 and n3, later to n2 and n3.
  REQUIRE(node.net.to_peers.size() == 4);
  REQUIRE(files.size() == 4);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto items = items_of(node.net.to_peers[i].second);
    REQUIRE(items.size() == 1);
    const auto own = items[0].envelope.clock.at("n1.1");
    CHECK(items[0].envelope.clock.at("n2.2") == 3);
    const std::string line = R"( n1.1 {"n1.1":)" + std::to_string(own) + R"(,"n2.2":3} send to=)" +
                             node.net.to_peers[i].first + " tier=counter what=push";
    INFO(files[i]);
    CHECK(files[i].find(line) != std::string::npos);
  }
  const std::string all = files.back();
  CHECK(all.find(R"({"n1.1":1} start)") != std::string::npos);
  CHECK(all.find("receive from=n2.2 sent=3 tier=counter bytes=5") < all.find("write key=k"));
  CHECK(all.find("write key=k") < all.find("send to="));
}

TEST_CASE("S-55: a loop that is asked to end tells open calls") {
  Node node;
  node.give(request_item(write_of("silence"), 3));
  node.turn();
  const std::atomic<bool> end{true};
  CHECK(!node.loop->run(end));
  REQUIRE(node.net.to_clients.size() == 1);
  CHECK(items_of(node.net.to_clients[0].second)[0].as<Failure>().applied == Applied::unknown);
}
