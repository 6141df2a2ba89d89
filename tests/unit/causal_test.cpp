// The causal tier by direct calls: one test a promise of docs/consistency.md.
#include <catch2/catch.hpp>

#include "common/wire/context_token.hpp"
#include "node/protocols/causal/messages.hpp"
#include "node/protocols/causal/records.hpp"
#include "tests/protocol_cluster.hpp"

using namespace kin;
using Values = std::vector<std::string>;

namespace {

std::string printed(const wire::WriteReply& reply) { return print_positions(reply.clock, reply.order); }

bool anywhere(const MemoryStore& disk, const std::string& bytes) {
  for (const auto& [key, value] : disk.records()) {
    if (key.find(bytes) != std::string::npos || value.find(bytes) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("the first write at n1 prints [1,0,0,0,0], the next [2,0,0,0,0]") {
  ProtocolCluster cluster(5);
  CHECK(printed(cluster.put("n1", "cart", "apples")) == "[1,0,0,0,0]");
  CHECK(printed(cluster.put("n1", "cart", "pears")) == "[2,0,0,0,0]");
  cluster.deliver_all();
  CHECK(printed(cluster.put("n3", "cart", "plums")) == "[2,0,1,0,0]");
}

TEST_CASE("S-03: two isolated nodes written to give two siblings everywhere, their context leaves one") {
  ProtocolCluster cluster(5);
  cluster.put("n1", "cart", "bread");
  cluster.settle();
  cluster.isolate("n1");
  cluster.isolate("n2");
  cluster.put("n1", "cart", "apples");
  cluster.put("n2", "cart", "pears");
  cluster.deliver_all();
  cluster.heal();
  cluster.settle();
  for (const NodeId& node : cluster.ids()) CHECK(cluster.values(node, "cart") == Values{"apples", "pears"});
  const wire::ReadReply seen = cluster.get("n4", "cart");
  CHECK(print_positions(seen.clock, seen.order) == "[2,1,0,0,0]");
  cluster.put("n4", "cart", "both", seen.context);
  cluster.settle();
  for (const NodeId& node : cluster.ids()) CHECK(cluster.values(node, "cart") == Values{"both"});
}

TEST_CASE("S-04: a revived node that is written to before it caught up makes a conflict, not an overwrite") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "k", "old");
  cluster.settle();
  cluster.isolate("n3");
  cluster.put("n1", "k", "new");
  cluster.deliver_all();
  cluster.put("n3", "k", "late");
  cluster.heal();
  cluster.settle();
  for (const NodeId& node : cluster.ids()) CHECK(cluster.values(node, "k") == Values{"late", "new"});
}

TEST_CASE("S-05: two clients alternate on their own old contexts, 1,000 rounds: never more than two siblings") {
  ProtocolCluster cluster(1);
  std::string context[2];
  std::string last[2];
  for (int round = 0; round < 1000; ++round) {
    for (int client = 0; client < 2; ++client) {
      wire::AddUpdate request{"default", "k", std::to_string(client) + "-" + std::to_string(round)};
      request.seen = context[client].empty() ? wire::Seen::nothing : wire::Seen::context;
      request.context = context[client];
      const auto* answer = cluster.answer(cluster.ask("n1", request));
      REQUIRE(answer);
      REQUIRE(answer->kind == wire::Kind::write_reply);
      const auto reply = answer->as<wire::WriteReply>();
      context[client] = reply.context;
      last[client] = request.value;
      REQUIRE(reply.siblings.size() <= 2);
    }
    REQUIRE(cluster.values("n1", "k") == Values{last[0], last[1]});
  }
}

TEST_CASE("S-06: one context used twice gives two siblings, through one server and through two") {
  for (const NodeId second : {"n1", "n2"}) {
    ProtocolCluster cluster(3);
    const std::string context = cluster.put("n1", "k", "base").context;
    cluster.settle();
    cluster.put("n1", "k", "left", context);
    cluster.put(second, "k", "right", context);
    cluster.settle();
    CHECK(cluster.values("n3", "k") == Values{"left", "right"});
  }
}

TEST_CASE("what nodes take side by side, each apart, fits into one message and into one answer") {
  constexpr std::size_t value_bytes = 4u << 20;
  ProtocolCluster cluster(3, "causal", 1, [](ClusterConfig& config) { config.limits.value_bytes = value_bytes; });
  for (const NodeId& node : cluster.ids()) cluster.isolate(node);
  int number = 0;
  const auto write = [&](const NodeId& node, wire::Seen seen, const std::string& context = "") {
    wire::AddUpdate request{"default", "k", std::string(value_bytes, static_cast<char>('a' + ++number % 26))};
    request.seen = seen;
    request.context = context;
    return *cluster.answer(cluster.ask(node, request));
  };
  std::size_t taken = 0;
  for (const NodeId& node : cluster.ids()) {
    const std::string first = cluster.put(node, "k", "small").context;
    while (write(node, wire::Seen::nothing).kind == wire::Kind::write_reply) ++taken;
    const Failure refused = write(node, wire::Seen::nothing).failure();
    CHECK(refused.status == Status::limit);
    CHECK(refused.applied == Applied::no);
    // The context of one of them is no way round; that of all is not refused.
    CHECK(write(node, wire::Seen::context, first).failure().status == Status::limit);
  }
  CHECK(taken == 3 * 4);
  cluster.put("n1", "other", "v");
  cluster.heal();
  cluster.settle();
  CHECK(cluster.values("n2", "other") == Values{"v"});
  for (const NodeId& node : cluster.ids()) {
    const auto answer = cluster.get(node, "k");
    CHECK(answer.siblings.size() == taken + 3);
    CHECK(wire::encode(answer).size() <= wire::max_message_bytes - (2u << 20));
    for (const auto& [what, traffic] : cluster.received(node))
      CHECK(traffic.bytes <= traffic.messages * (wire::max_message_bytes - (2u << 20)));
  }
  CHECK(write("n3", wire::Seen::nothing).failure().status == Status::limit);
  CHECK(write("n3", wire::Seen::context, cluster.get("n3", "k").context).kind == wire::Kind::write_reply);
  cluster.settle();
  for (const NodeId& node : cluster.ids()) CHECK(cluster.get(node, "k").siblings.size() == 1);
}

TEST_CASE("`all` of a bucket is every member that was not removed") {
  ProtocolCluster cluster(3, "causal", 1, [](ClusterConfig& config) {
    config.buckets = {{"default", "causal", BucketConfig::all, BucketConfig::all}};
  });
  const auto put = [&](const std::string& value) {
    const CallId call = cluster.ask("n1", wire::AddUpdate{"default", "k", value});
    cluster.deliver_all();
    return cluster.answer(call)->as<wire::WriteReply>();
  };
  CHECK(put("before").got == 3);
  cluster.settle();
  cluster.kill("n3");
  cluster.remove_member("n1", "n3");
  cluster.remove_member("n2", "n3");
  const wire::WriteReply written = put("after");
  CHECK(written.got == 2);
  CHECK(written.wanted == 2);
  const CallId read = cluster.ask("n2", wire::Read{"default", "k", {}});
  cluster.deliver_all();
  CHECK(cluster.answer(read)->as<wire::ReadReply>().got == 2);
}

TEST_CASE("a write without a context never erases several siblings") {
  ProtocolCluster cluster(1);
  cluster.put("n1", "k", "a");
  wire::AddUpdate blind{"default", "k", "b"};
  blind.seen = wire::Seen::nothing;
  cluster.ask("n1", blind);
  const wire::WriteReply reply = cluster.put("n1", "k", "c");
  CHECK(reply.replaced.empty());
  CHECK(reply.siblings.size() == 3);
  wire::AddUpdate over{"default", "k", "d"};
  over.seen = wire::Seen::overwrite;
  CHECK(cluster.answer(cluster.ask("n1", over))->as<wire::WriteReply>().replaced.size() == 3);
  CHECK(cluster.values("n1", "k") == Values{"d"});
}

TEST_CASE(
    "the context of a read covers what was learnt of its key since the last read, without a change of its values") {
  ProtocolCluster cluster(3);
  cluster.isolate("n1");
  cluster.put("n1", "k", "kept");
  const auto covers = [&](std::uint64_t counter) {
    const auto token = wire::parse_context(cluster.get("n1", "k").context);
    REQUIRE(token);
    return token->dots.has({{"n2", cluster.life("n2")}, counter});
  };
  CHECK_FALSE(covers(1));
  cluster.put("n2", "k", "deleted before anybody saw it");
  cluster.erase("n2", "k");
  cluster.deliver_all();
  cluster.heal();
  cluster.round();
  SECTION("dot by dot") { cluster.round(); }
  SECTION("as a whole, by a copy that brings no dot of it") {
    cluster.settle();
    cluster.kill("n1");
    cluster.lose_disk("n1");
    cluster.isolate("n1");
    cluster.restart("n1");
    cluster.put("n1", "k", "written before the copy");
    CHECK_FALSE(covers(1));
    cluster.heal();
    cluster.settle();
  }
  CHECK(covers(1));
  CHECK(covers(2));
}

TEST_CASE("the context of a write's reply does not cover the siblings that stay beside it") {
  ProtocolCluster cluster(1);
  cluster.put("n1", "k", "a");
  wire::AddUpdate blind{"default", "k", "b"};
  blind.seen = wire::Seen::nothing;
  const auto reply = cluster.answer(cluster.ask("n1", blind))->as<wire::WriteReply>();
  cluster.put("n1", "k", "c", reply.context);
  CHECK(cluster.values("n1", "k") == Values{"a", "c"});
}

TEST_CASE("S-10: a delete removes what it saw, a concurrent update survives") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "k", "old");
  cluster.settle();
  cluster.isolate("n2");
  cluster.put("n2", "k", "new");
  CHECK(cluster.erase("n1", "k").kind == wire::Kind::write_reply);
  CHECK(cluster.values("n1", "k").empty());
  cluster.deliver_all();
  cluster.heal();
  cluster.settle();
  for (const NodeId& node : cluster.ids()) CHECK(cluster.values(node, "k") == Values{"new"});
}

TEST_CASE("deleting nothing is NOT_FOUND and takes no dot") {
  ProtocolCluster cluster(1);
  const std::size_t commits = cluster.commits("n1");
  const auto answer = cluster.erase("n1", "nothing");
  CHECK(answer.kind == wire::Kind::failure);
  CHECK(answer.failure().status == Status::not_found);
  CHECK(cluster.commits("n1") == commits);
}

TEST_CASE("S-14: a delete that all have seen leaves no byte of the key, and a sleeper does not bring it back") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "a-key-to-forget", "a-value-to-forget");
  cluster.settle();
  cluster.kill("n3");
  cluster.erase("n2", "a-key-to-forget");
  for (int i = 0; i < 10; ++i) cluster.round();
  CHECK(anywhere(cluster.disk("n1"), "a-key-to-forget"));  // n3 may still lack the delete
  cluster.restart("n3");
  cluster.settle();
  for (const NodeId& node : cluster.ids()) {
    CHECK(cluster.values(node, "a-key-to-forget").empty());
    CHECK_FALSE(anywhere(cluster.disk(node), "a-key-to-forget"));
    CHECK_FALSE(anywhere(cluster.disk(node), "a-value-to-forget"));
  }
}

TEST_CASE("a node that was down for k of many writes receives the k entries it lacks, and no more") {
  const auto catch_up = [](int store, int missed) {
    ProtocolCluster cluster(3);
    for (int i = 0; i < store; ++i) cluster.put("n1", "key" + std::to_string(i), std::string(100, 'v'));
    cluster.settle();
    cluster.kill("n3");
    for (int i = 0; i < missed; ++i) cluster.put("n2", "key" + std::to_string(i), std::string(100, 'w'));
    for (int i = 0; i < 5; ++i) cluster.round();
    cluster.received("n3").clear();
    cluster.restart("n3");
    cluster.settle();
    CHECK(cluster.values("n3", "key0") == Values{std::string(missed > 0 ? 100 : 100, missed > 0 ? 'w' : 'v')});
    CHECK(cluster.received("n3").count("page") == 0);
    return cluster.received("n3")["entries"].bytes;
  };
  const std::size_t nothing = catch_up(200, 0);
  const std::size_t few = catch_up(200, 10) - nothing;
  const std::size_t many = catch_up(200, 100) - nothing;
  const std::size_t few_of_more = catch_up(2000, 10) - nothing;
  CHECK(few > 10 * 100);
  CHECK(few < 10 * 250);
  CHECK(many > 8 * few);
  CHECK(many < 12 * few);
  CHECK(few_of_more < few + few / 2);
}

namespace {

// n2 lacks 40 keys of n1, has got ten of them, and has asked on.
struct CatchingUp {
  ProtocolCluster cluster{2, "causal", 1, [](ClusterConfig& config) { config.limits.batch_keys = 10; }};
  causal::Report nothing_seen;
  ProtocolCluster::Travelling answer;  // that brought the ten

  CatchingUp() {
    cluster.settle();
    for (int i = 0; i < 40; ++i) cluster.put("n1", "key" + std::to_string(i), "v");
    cluster.drop_all();
    nothing_seen = {{{"n1", cluster.life("n1")}, {"n2", cluster.life("n2")}}, {}};
    cluster.inject("n1", "n2", causal::encode(causal::Gossip{nothing_seen}));
    answer = cluster.take("entries", "n1", "n2").value();
    cluster.deliver(answer);
    REQUIRE(cluster.take("gossip", "n2", "n1"));
  }

  bool n2_asks_in_the_next_round() {
    cluster.received("n1").clear();
    cluster.round();
    return cluster.received("n1")["gossip"].messages > 0;
  }
};

}  // namespace

TEST_CASE("an answer to gossip that is repeated does not ask on twice") {
  CatchingUp there;
  there.cluster.deliver(there.answer);
  CHECK_FALSE(there.cluster.take("gossip", "n2", "n1"));
  CHECK(there.n2_asks_in_the_next_round());  // nor does it wait for an answer to what it has not asked
  there.cluster.settle();
  CHECK(there.cluster.values("n2", "key39") == Values{"v"});
}

TEST_CASE("an old question that comes late is answered by what its sender has told since, not by a full copy") {
  ProtocolCluster cluster(2, "causal");
  cluster.settle();
  const causal::Report before{{{"n1", cluster.life("n1")}, {"n2", cluster.life("n2")}}, {}};
  cluster.put("n1", "k", "v");
  cluster.settle();  // n2 has told that it has it, and which key it was is forgotten
  cluster.inject("n1", "n2", causal::encode(causal::Gossip{before}));
  CHECK_FALSE(cluster.take("offer-copy", "n1", "n2"));
  CHECK(cluster.take("entries", "n1", "n2"));
}

TEST_CASE("who is offered a full copy does not go on waiting for the answer that it replaced") {
  CatchingUp there;
  there.cluster.inject("n2", "n1", causal::encode(causal::OfferCopy{there.nothing_seen}));
  there.cluster.deliver_all();
  REQUIRE(there.cluster.values("n2", "key39") == Values{"v"});  // the copy is over
  CHECK(there.n2_asks_in_the_next_round());
}

TEST_CASE("S-13: 1,000 idle gossip rounds write nothing to disk and change no clock") {
  ProtocolCluster cluster(5);
  for (int i = 0; i < 20; ++i) cluster.put(NodeId("n" + std::to_string(i % 5 + 1)), "k" + std::to_string(i), "v");
  cluster.settle();
  for (int i = 0; i < 10; ++i) cluster.round();
  std::map<NodeId, std::pair<std::size_t, std::string>> before;
  for (const NodeId& node : cluster.ids()) before[node] = {cluster.commits(node), cluster.report(node).digest};
  for (int i = 0; i < 1000; ++i) cluster.round();
  for (const NodeId& node : cluster.ids()) {
    CHECK(cluster.commits(node) == before[node].first);
    CHECK(cluster.report(node).digest == before[node].second);
  }
}

TEST_CASE("W: answered after the durable acks of distinct members, PARTIAL when they do not come") {
  ProtocolCluster cluster(5);
  wire::AddUpdate request{"default", "k", "v"};
  request.level = {wire::Quorum::count, 3};
  const CallId call = cluster.ask("n1", request);
  CHECK(cluster.answer(call) == nullptr);
  cluster.deliver_all();
  REQUIRE(cluster.answer(call));
  CHECK(cluster.answer(call)->as<wire::WriteReply>().got == 3);

  for (const NodeId node : {"n3", "n4", "n5"}) cluster.isolate(node);
  const CallId lonely = cluster.ask("n1", request);
  cluster.deliver_all();
  CHECK(cluster.answer(lonely) == nullptr);
  for (int i = 0; i < 10; ++i) cluster.round();
  REQUIRE(cluster.answer(lonely));
  const auto partial = cluster.answer(lonely)->as<wire::WriteReply>();
  CHECK(partial.got == 2);
  CHECK(partial.wanted == 3);
}

TEST_CASE("a new write may leave before it is durable, and nothing else") {
  ProtocolCluster cluster(3);
  wire::AddUpdate request{"default", "k", "v"};
  request.level = {wire::Quorum::all, 0};
  cluster.ask("n1", request);
  using Sent = std::set<std::pair<std::string, bool>>;
  CHECK(cluster.sent() == Sent{{"push", true}});
  cluster.drop_all();
  cluster.round();  // sent again
  cluster.round();
  cluster.isolate("n3");
  cluster.put("n1", "k", "w");
  cluster.heal();
  cluster.ask("n3", wire::Read{"default", "k", {wire::Quorum::all, 0}});
  cluster.settle();
  cluster.lose_disk("n2");
  cluster.restart("n2");
  cluster.settle();
  std::set<std::string> early, late;
  for (const auto& [what, may_leave] : cluster.sent()) (may_leave ? early : late).insert(what);
  CHECK(early == std::set<std::string>{"push"});
  CHECK(late ==
        std::set<std::string>{"ack", "copy", "entries", "fetch", "fetched", "gossip", "offer-copy", "page", "push"});
}

TEST_CASE("W: a lost push is sent again, and the ack that follows completes the write") {
  ProtocolCluster cluster(3);
  wire::AddUpdate request{"default", "k", "v"};
  request.level = {wire::Quorum::all, 0};
  const CallId call = cluster.ask("n1", request);
  cluster.drop_all();
  cluster.round();
  cluster.round();
  REQUIRE(cluster.answer(call));
  CHECK(cluster.answer(call)->as<wire::WriteReply>().got == 3);
}

TEST_CASE(
    "W: what is not acknowledged goes out again once an interval, to those alone who have not said that they have it") {
  ProtocolCluster cluster(3);
  wire::AddUpdate request{"default", "k", "v"};
  request.level = {wire::Quorum::all, 0};
  cluster.ask("n1", request, 60'000);
  cluster.deliver(cluster.take("push", "n1", "n2").value());
  cluster.deliver(cluster.take("ack", "n2", "n1").value());
  cluster.drop_all();
  const auto pushes_within = [&](std::uint64_t ms) {
    std::size_t to_n2 = 0, to_n3 = 0;
    for (std::uint64_t passed = 0; passed < ms; passed += 10) {
      cluster.tick(10);
      to_n2 += cluster.under_way_to("n2").count("push");
      to_n3 += cluster.under_way_to("n3").count("push");
      cluster.drop_all();
    }
    return std::pair(to_n2, to_n3);
  };
  const auto [to_n2, to_n3] = pushes_within(10 * cluster.config().gossip_interval_ms);
  CHECK(to_n2 == 0);
  CHECK(to_n3 == 10);
}

TEST_CASE("a long push goes out in several messages") {
  ProtocolCluster cluster(2);
  constexpr std::size_t writes = 12, value_bytes = 100'000;
  for (std::size_t i = 0; i < writes; ++i) {
    wire::AddUpdate request{"default", "k" + std::to_string(i), std::string(value_bytes, 'v')};
    request.level = {wire::Quorum::all, 0};
    cluster.ask("n1", request, 60'000);
  }
  cluster.drop_all();
  cluster.tick(cluster.config().gossip_interval_ms);  // all of them again
  const auto messages = cluster.under_way_to("n2");
  const auto [first, last] = messages.equal_range("push");
  std::size_t bytes = 0;
  for (auto push = first; push != last; ++push) {
    CHECK(push->second.size() < 4 * value_bytes);
    bytes += push->second.size();
  }
  CHECK(bytes > writes * value_bytes);
}

TEST_CASE("a node asks one other once an interval, however often it is told the time") {
  ProtocolCluster cluster(3);
  cluster.settle();
  for (int interval = 0; interval < 20; ++interval) {
    std::size_t asked = 0;
    for (std::uint64_t passed = 0; passed < cluster.config().gossip_interval_ms; passed += 10) {
      cluster.tick(10);
      while (cluster.take("gossip", "n1", "n2") || cluster.take("gossip", "n1", "n3")) ++asked;
      cluster.drop_all();
    }
    CHECK(asked == 1);
  }
}

TEST_CASE("S-16: R: a quorum read merges what it fetched and repairs who was stale") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "k", "new");
  cluster.drop_all();
  const CallId call = cluster.ask("n2", wire::Read{"default", "k", {wire::Quorum::all, 0}});
  cluster.deliver_all();
  REQUIRE(cluster.answer(call));
  const auto reply = cluster.answer(call)->as<wire::ReadReply>();
  REQUIRE(reply.siblings.size() == 1);
  CHECK(reply.got == 3);
  CHECK(cluster.values("n3", "k") == Values{"new"});  // repaired, before any gossip
}

TEST_CASE("S-13: a quorum read that finds nothing new writes nothing") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "k", "v");
  cluster.settle();
  for (int i = 0; i < 10; ++i) cluster.round();
  std::map<NodeId, std::size_t> before;
  for (const NodeId& node : cluster.ids()) before[node] = cluster.commits(node);
  for (const char* key : {"k", "nothing-there"}) {
    const CallId call = cluster.ask("n2", wire::Read{"default", key, {wire::Quorum::all, 0}});
    cluster.deliver_all();
    REQUIRE(cluster.answer(call)->as<wire::ReadReply>().got == 3);
  }
  for (const NodeId& node : cluster.ids()) CHECK(cluster.commits(node) == before[node]);
}

TEST_CASE("R: who has the same values says no more than that, and who has others shows them") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "k", "same");
  cluster.settle();
  const auto told = [&] {
    const auto answers = cluster.under_way_to("n2");
    std::vector<bool> entries;
    for (const auto& [what, body] : answers) {
      if (what != "fetched") continue;
      const auto message = causal::decode(body);
      REQUIRE(message);
      for (const auto& one : std::get<causal::Fetched>(*message).told) entries.push_back(one.entry.has_value());
    }
    return entries;
  };
  const auto fetch_all = [&] { return cluster.ask("n2", wire::Read{"default", "k", {wire::Quorum::all, 0}}); };
  const auto step_peers = [&](const CallId call) {
    for (const char* peer : {"n1", "n3"}) {
      for (const auto& [what, body] : cluster.under_way_to(peer)) cluster.inject(peer, "n2", body);
    }
    return call;
  };
  const CallId first = step_peers(fetch_all());
  CHECK(told() == std::vector<bool>{false, false});
  cluster.deliver_all();
  REQUIRE(cluster.answer(first));
  CHECK(cluster.answer(first)->as<wire::ReadReply>().got == 3);
  CHECK(cluster.answer(first)->as<wire::ReadReply>().wanted == 3);
  REQUIRE(cluster.answer(first)->as<wire::ReadReply>().siblings.size() == 1);

  cluster.put("n1", "k", "other");
  cluster.drop_all();
  const CallId second = step_peers(fetch_all());
  CHECK(told() == std::vector<bool>{true, false});
  cluster.deliver_all();
  REQUIRE(cluster.answer(second));
  CHECK(cluster.answer(second)->as<wire::ReadReply>().siblings.front().value == "other");
}

TEST_CASE("R: an answer to an earlier process of the node counts nothing") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "k", "v");
  cluster.settle();
  cluster.isolate("n2");
  const CallId call = cluster.ask("n2", wire::Read{"default", "k", {wire::Quorum::all, 0}});
  causal::Fetched answer{cluster.life("n2"), {}, {}};
  for (std::uint64_t id = 0; id < 10; ++id) answer.told.push_back({id, std::nullopt});
  answer.asker.born -= 1;
  for (const char* peer : {"n1", "n3"}) CHECK(cluster.inject("n2", peer, causal::encode(answer)).empty());
  CHECK_FALSE(cluster.answer(call));
  answer.asker.born += 1;
  for (const char* peer : {"n1", "n3"}) CHECK(cluster.inject("n2", peer, causal::encode(answer)).empty());
  REQUIRE(cluster.answer(call));
  CHECK(cluster.answer(call)->as<wire::ReadReply>().got == 3);
}

TEST_CASE("R: too few answers in time is a TIMEOUT that says how many there were") {
  ProtocolCluster cluster(3);
  cluster.isolate("n1");
  const CallId call = cluster.ask("n1", wire::Read{"default", "k", {wire::Quorum::majority, 0}});
  for (int i = 0; i < 12; ++i) cluster.round();
  REQUIRE(cluster.answer(call));
  const Failure failure = cluster.answer(call)->failure();
  CHECK(failure.status == Status::timeout);
  CHECK(failure.applied == Applied::no);
  CHECK(failure.got == 1);
  CHECK(failure.wanted == 2);
}

TEST_CASE("S-17: a node that lost its disk writes at once, and old and new are both kept") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "k", "old");
  cluster.put("n1", "other", "x");
  cluster.settle();
  cluster.lose_disk("n1");
  cluster.isolate("n1");
  cluster.restart("n1");
  const wire::WriteReply reply = cluster.put("n1", "k", "new");
  CHECK(reply.dot.actor.life == cluster.life("n1"));
  cluster.heal();
  cluster.settle();
  for (const NodeId& node : cluster.ids()) {
    CHECK(cluster.values(node, "k") == Values{"new", "old"});
    CHECK(cluster.values(node, "other") == Values{"x"});
  }
}

TEST_CASE("S-19: a restored backup is filled up again, and nothing that it wrote since is lost") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "a", "1");
  cluster.settle();
  MemoryStore backup = cluster.backup("n1");
  cluster.put("n1", "a", "2");
  cluster.put("n2", "b", "1");
  cluster.settle();
  cluster.restore("n1", std::move(backup));
  cluster.put("n1", "c", "1");
  cluster.settle();
  for (const NodeId& node : cluster.ids()) {
    CHECK(cluster.values(node, "a") == Values{"2"});
    CHECK(cluster.values(node, "b") == Values{"1"});
    CHECK(cluster.values(node, "c") == Values{"1"});
  }
}

TEST_CASE("S-19: a backup from before all disks were lost agrees with the others about what is gone") {
  // What was written since and is settled makes it take a full copy; else nothing but the retired lives tell it.
  for (const bool written_since : {false, true}) {
    CAPTURE(written_since);
    ProtocolCluster cluster(3);
    const auto restart_all = [&] {
      for (const NodeId& node : cluster.ids()) {
        cluster.kill(node);
        cluster.restart(node);
      }
      for (int i = 0; i < 20; ++i) cluster.round();
    };
    cluster.put("n2", "k", "old");
    cluster.settle();
    restart_all();
    MemoryStore backup = cluster.backup("n1");
    REQUIRE(anywhere(backup, "old"));
    for (const NodeId& node : cluster.ids()) cluster.lose_disk(node);
    restart_all();
    if (written_since) cluster.put("n2", "other", "new");
    restart_all();
    cluster.restore("n1", std::move(backup));
    for (int i = 0; i < 20; ++i) cluster.round();
    CHECK(cluster.converged());
    for (const NodeId& node : cluster.ids()) {
      CHECK(cluster.values(node, "k") == Values{});
      CHECK(cluster.values(node, "other") == (written_since ? Values{"new"} : Values{}));
    }
    restart_all();
    CHECK(cluster.converged());
  }
}

TEST_CASE("S-20: two processes on copies of one directory: the older one is refused by all and stops") {
  ProtocolCluster cluster(3);
  const Incarnation older = cluster.life("n1");
  cluster.put("n1", "k", "v");
  const std::string push = cluster.under_way_to("n2").find("push")->second;
  cluster.settle();
  cluster.kill("n1");
  cluster.restart("n1");
  cluster.settle();
  cluster.put("n2", "k", "w");
  cluster.deliver_all();
  const std::string digest = cluster.report("n2").digest;

  cluster.inject("n2", "n1", push, older);
  CHECK(cluster.report("n2").digest == digest);
  const auto refusals = cluster.under_way_to("n1");
  REQUIRE(refusals.count("refused") == 1);

  // The answer says nothing about the newer process; the older one (the first n1 of any cluster) must stop.
  cluster.deliver_all();
  CHECK(cluster.up("n1"));
  ProtocolCluster twin(3);
  REQUIRE(twin.life("n1") == older);
  twin.inject("n1", "n2", refusals.find("refused")->second);
  CHECK_FALSE(twin.up("n1"));
  CHECK(twin.stopped("n1").find("another process of n1") != std::string::npos);
}

TEST_CASE("what a dead process has sent comes too late once another member has closed its life") {
  ProtocolCluster cluster(3);
  const auto closed_at = [&](const NodeId& node) {
    const auto clock =
        wire::decode<DotSet>(cluster.disk(node).records().at("c/" + std::string(causal::records::clock)));
    return clock && clock->floor("n1") == cluster.life("n1");
  };
  cluster.put("n1", "x", "v");
  cluster.settle();
  MemoryStore synced = cluster.backup("n1");
  cluster.put("n1", "k", "lost with its power");
  const auto late = cluster.take("push", "n1", "n2").value();
  cluster.drop_all();
  cluster.restore("n1", std::move(synced));
  const auto lives = [&] { return cluster.disk("n2").records().at("c/" + std::string(causal::records::lives)); };
  const std::string before = lives();
  cluster.cut("n3", "n2");
  for (int i = 0; i < 10 && lives() == before; ++i) cluster.round();
  cluster.cut("n1", "n2");  // n2 is heard, and has heard of the new life, but not that all know of it
  for (int i = 0; i < 5; ++i) cluster.round();
  REQUIRE(closed_at("n3"));
  REQUIRE_FALSE(closed_at("n2"));
  cluster.heal();
  cluster.deliver(late);
  CHECK(cluster.values("n2", "k").empty());
  cluster.settle();
  CHECK(cluster.converged());
  for (const NodeId& node : cluster.ids()) CHECK(cluster.values(node, "k").empty());
}

TEST_CASE("a removed member is not waited for, not listened to, and stops when it hears of it") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "k", "v");
  cluster.settle();
  cluster.kill("n3");
  cluster.put("n1", "k", "w");
  for (int i = 0; i < 10; ++i) cluster.round();
  CHECK(cluster.report("n1").held_back > 0);
  cluster.remove_member("n1", "n3");
  for (int i = 0; i < 10; ++i) cluster.round();
  CHECK(cluster.report("n1").held_back == 0);
  CHECK(cluster.report("n2").held_back == 0);
  cluster.restart("n3");
  for (int i = 0; i < 10 && cluster.up("n3"); ++i) cluster.round();
  CHECK_FALSE(cluster.up("n3"));
  CHECK(cluster.stopped("n3").find("removed") != std::string::npos);
}

TEST_CASE("S-22: restarting nodes 20 times does not make clocks grow") {
  ProtocolCluster cluster(3);
  const auto record = [&] { return cluster.disk("n1").records().at("c/c").size(); };
  cluster.put("n1", "k", "v");
  cluster.settle();
  const std::size_t small = record();
  for (int i = 0; i < 20; ++i) {
    const NodeId node("n" + std::to_string(i % 3 + 1));
    cluster.kill(node);
    cluster.restart(node);
    cluster.put(node, "k", std::to_string(i));
    cluster.settle();
  }
  for (int i = 0; i < 20; ++i) cluster.round();
  CHECK(record() < small + 120);
}

TEST_CASE("a conflict that a peer's message makes began when the message came, and not with the tick before") {
  ProtocolCluster cluster(2);
  cluster.isolate("n2");
  cluster.put("n1", "k", "v");
  cluster.put("n2", "k", "w");
  cluster.heal();
  cluster.between_ticks(30);
  cluster.put("n1", "k", "x");
  cluster.deliver_all();
  const auto conflicts = cluster.answer(cluster.ask("n2", wire::Conflicts{}))->as<wire::ConflictsReply>();
  REQUIRE(conflicts.rows.size() == 1);
  CHECK(conflicts.rows[0].since_us == cluster.wall_us());
}

TEST_CASE("malformed messages of peers change nothing and end nothing") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "k", "v");
  cluster.settle();
  cluster.put("n2", "k", "w");
  cluster.ask("n2", wire::Read{"default", "k", {wire::Quorum::all, 0}});
  for (const NodeId& node : cluster.ids()) cluster.cut(node, "n1");
  const std::string digest = cluster.report("n3").digest;
  const auto messages = cluster.under_way_to("n3");
  REQUIRE(messages.count("push") == 1);
  REQUIRE(messages.count("fetch") == 1);
  for (const auto& [what, body] : messages) {
    for (std::size_t i = 0; i < body.size(); ++i) CHECK_FALSE(cluster.inject("n3", "n2", body.substr(0, i)).empty());
    CHECK_FALSE(cluster.inject("n3", "n2", body + "x").empty());
  }
  CHECK(cluster.report("n3").digest == digest);
  // One changed byte may still be a message (another value, another key), but never the end of the node.
  for (const auto& [what, body] : messages) {
    for (std::size_t i = 0; i < body.size(); ++i) {
      for (const char flip : {'\x01', '\x55', '\x80'}) {
        ProtocolCluster victim(3);
        std::string changed = body;
        changed[i] = static_cast<char>(changed[i] ^ flip);
        victim.inject("n3", "n2", changed);
        REQUIRE(victim.up("n3"));
      }
    }
  }
}

TEST_CASE("a cluster of one forgets by itself") {
  ProtocolCluster cluster(1);
  for (int i = 0; i < 10; ++i) cluster.put("n1", "k" + std::to_string(i), "v");
  CHECK(cluster.report("n1").held_back == 10);
  cluster.settle();
  CHECK(cluster.report("n1").held_back == 0);
}
