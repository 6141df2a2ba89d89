// Turns that are stepped while the one before is committed on another thread.
#include "node/runtime/node_loop.hpp"
#include "tests/unit/runtime/test_node.hpp"

using namespace kin;

namespace {

constexpr std::size_t much = NodeLoop::records_for_another_thread;

// Writes of so many keys in one message, with request ids from `first_id` on.
std::string writes(std::size_t count, std::uint64_t first_id = 1) {
  std::string message;
  for (std::size_t i = 0; i < count; ++i) {
    message += request_item(write_of("v", "default", "k" + std::to_string(first_id + i)), first_id + i);
  }
  return message;
}

// A turn of so many writes as another thread commits, which it has not done so far.
void begin_commit(Node& node) {
  node.turn();
  node.commits.holds = true;
  node.give(writes(much));
  CHECK(node.turn().empty());
}

std::string read_of(const std::string& key, std::uint64_t id) {
  return request_item(wire::Read{"default", key, {}}, id);
}

}  // namespace

TEST_CASE("while much is committed elsewhere the next turn is stepped and sees it, and nothing of either leaves") {
  Node node;
  node.commits.holds = true;
  const int commits = node.store.commits;
  node.give(writes(much));
  CHECK(node.turn().empty());
  CHECK(node.net.to_peers.empty());
  CHECK(node.commits.handed_over == 1);
  CHECK(node.store.commits == commits);
  node.give(read_of("k7", 1001) + request_item(write_of("v", "default", "k7"), 1002));
  CHECK(node.turn().empty());

  node.commits.end();
  const auto replies = node.turn();
  REQUIRE(replies.size() == much + 2);
  CHECK(replies[much].envelope.request_id == 1001);
  CHECK(replies[much].as<wire::Done>().message == "1");
  CHECK(replies[much + 1].as<wire::Done>().message == "2");
  CHECK(node.store.commits == commits + 2);
  CHECK(node.store.records().at("t/n/k7") == "2");
}

TEST_CASE("reads alone wait too, since they may be about what is being committed") {
  Node node;
  begin_commit(node);
  std::string reads;
  for (std::uint64_t i = 0; i < 2 * NodeLoop::enough_replies_a_turn; ++i) reads += read_of("k1", 2001 + i);
  node.give(reads);
  CHECK(node.turn().empty());
  node.commits.end();
  CHECK(node.turn().size() == much + 2 * NodeLoop::enough_replies_a_turn);
}

TEST_CASE("little is committed by the loop itself, and answered in the same turn") {
  Node node;
  node.commits.holds = true;
  node.give(writes(much - 1));
  CHECK(node.turn().size() == much - 1);
  CHECK(node.commits.handed_over == 0);
}

TEST_CASE("early sends leave before the commit elsewhere begins, the others after it") {
  Node node;
  node.turn();
  node.commits.holds = true;
  node.give(request_item(write_of("early", "default", "e"), 500) + writes(much - 1));
  CHECK(node.turn().empty());
  REQUIRE(node.net.to_peers.size() == 2);
  CHECK(items_of(node.net.to_peers[0].second).size() == 1);
  node.commits.end();
  node.turn();
  REQUIRE(node.net.to_peers.size() == 2);
  CHECK(items_of(node.net.to_peers[0].second).size() == much - 1);
}

TEST_CASE("S-25: a commit that fails elsewhere ends both turns, and nobody knows of any of them") {
  Node node;
  begin_commit(node);
  node.give(request_item(write_of("early"), 1001));
  CHECK(node.turn().empty());
  node.store.writes_fail = true;
  node.commits.end();
  node.net.to_clients.clear();
  const auto ended = node.loop->turn();
  REQUIRE(ended);
  REQUIRE(ended->storage);
  CHECK(node.net.to_peers.empty());
  const std::vector<ParsedItem> told = node.replies();
  for (const ParsedItem& item : told) CHECK(item.as<Failure>().applied == Applied::unknown);
  CHECK(told.size() == much + 1);
}

TEST_CASE("a node takes in no more than a turn while a commit hangs") {
  Node node;
  begin_commit(node);
  constexpr std::size_t most = NodeLoop::most_messages_a_turn;
  for (std::size_t i = 0; i < most + 10; ++i) node.give(request_item(write_of("v"), 1001 + i));
  CHECK(node.turn().size() == much + most);  // waits for the commit
  CHECK(node.turn().size() == 10);
}

TEST_CASE("without peers a turn takes as much as is stepped in the time of a commit, and all where the disk is slow") {
  Node node([](ClusterConfig& cluster) { cluster.nodes.resize(1); });
  node.turn();
  node.time.look_us = 1;
  const auto first_of_many = [&](std::uint64_t took_us) {
    node.commits.took_us = took_us;
    node.give(writes(much, 5000));
    CHECK(node.turn().empty());
    REQUIRE(node.turn().size() == much);  // the time it took is known now
    node.give(writes(8 * much, 1));
    CHECK(node.turn().empty());
    const std::size_t first = node.turn().size();
    for (std::size_t rest = 8 * much - first; rest > 0;) rest -= node.turn().size();
    return first;
  };
  CHECK(first_of_many(0) == much);
  const std::size_t some = first_of_many(4 * much);
  CHECK(some > much);
  CHECK(some < 8 * much);
  CHECK(first_of_many(1'000'000) == 8 * much);
}

TEST_CASE("with peers a turn takes all that is there") {
  Node node;
  node.turn();
  node.give(writes(8 * much));
  CHECK(node.turn().empty());
  CHECK(node.turn().size() == 8 * much);
}

TEST_CASE("S-55: a loop that is asked to end answers the turn that is being committed, and tells the calls behind it") {
  Node node;
  begin_commit(node);
  node.give(request_item(write_of("v"), 1001));
  CHECK(node.turn().empty());
  node.net.to_clients.clear();
  const std::atomic<bool> end{true};
  CHECK(!node.loop->run(end));
  const std::vector<ParsedItem> replies = node.replies();
  REQUIRE(replies.size() == much + 1);
  CHECK(replies.front().envelope.request_id == 1);
  CHECK(replies.front().envelope.kind == wire::Kind::done);
  CHECK(replies.back().envelope.request_id == 1001);
  CHECK(replies.back().as<Failure>().applied == Applied::unknown);
}
