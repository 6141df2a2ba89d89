// The atomic tier by direct calls: one test a promise of docs/consistency.md.
#include <catch2/catch.hpp>

#include "common/wire/tokens.hpp"
#include "node/protocols/atomic/messages.hpp"
#include "node/protocols/atomic/token_scan.hpp"
#include "tests/protocol_cluster.hpp"

using namespace kin;
using Answer = ProtocolCluster::Answer;

namespace {

constexpr std::uint64_t deadline_ms = 2000;  // that ProtocolCluster gives

// Token 7, written by n1, read by all; token 8 likewise.
struct Tokens {
  explicit Tokens(int nodes, const std::function<void(ClusterConfig&)>& prepare = {})
      : cluster(nodes, "atomic", 1, [&](ClusterConfig& config) {
          for (const char* id : {"7", "8"}) config.tokens.push_back({id, "n1", config.ids(), false});
          config.faults_enabled = true;
          if (prepare) prepare(config);
        }) {
    cluster.deliver_all();
  }

  // The reply that is there once all messages have arrived; nothing is left under way.
  template <class Request>
  Answer does(const NodeId& node, const Request& request) {
    const CallId call = begins(node, request);
    cluster.deliver_all();
    const Answer* answer = cluster.answer(call);
    return answer != nullptr ? *answer : Answer{};
  }
  // Up to where the node waits for others.
  template <class Request>
  CallId begins(const NodeId& node, const Request& request) {
    const CallId call = cluster.ask(node, request, deadline_ms);
    if (cluster.jobs(node) > 0) cluster.run_jobs(node);
    return call;
  }
  Answer create(const NodeId& node = "n1") { return does(node, wire::TokenCreate{"7", false}); }
  Answer write(const std::string& name) { return does("n1", written(name)); }
  Answer drop() { return does("n1", wire::TokenDrop{"7"}); }
  static wire::TokenWrite written(const std::string& name) { return {"7", name, 10, 15, 30, false}; }

  // The name that a read shows; `created`; or the status of its failure, `no reply`.
  static std::string shown(const Answer& answer) {
    if (answer.kind == wire::Kind::token_reply) {
      const auto reply = answer.as<wire::TokenReply>();
      return reply.value ? reply.value->name : "created";
    }
    return answer.kind == wire::Kind::failure ? std::string(name(answer.failure().status)) : "no reply";
  }
  std::string shown(CallId call) const {
    const Answer* answer = cluster.answer(call);
    return answer != nullptr ? shown(*answer) : "no reply";
  }
  std::string read(const NodeId& node) { return shown(does(node, wire::TokenRead{"7"})); }
  std::string fails(const NodeId& node, const auto& request) {
    const Answer answer = does(node, request);
    return answer.kind == wire::Kind::failure ? std::string(name(answer.failure().status)) : "no failure";
  }
  std::string applied(CallId call) const {
    if (cluster.answer(call) == nullptr) return "no reply";
    return std::string(name(cluster.answer(call)->failure().status)) + ' ' +
           std::string(name(cluster.answer(call)->failure().applied));
  }
  wire::TokenShowReply show(const NodeId& node) {
    return does(node, wire::TokenShow{"7"}).template as<wire::TokenShowReply>();
  }
  std::uint64_t count(const NodeId& node, const std::string& what) const {
    for (const auto& [counter, number] : cluster.report(node).counters) {
      if (counter == what) return number;
    }
    return 12345;
  }
  // Only these hear each other, and those who are left hear nobody.
  void only(const std::vector<NodeId>& nodes) {
    cluster.heal();
    for (const NodeId& node : cluster.ids()) {
      if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) cluster.isolate(node);
    }
  }
  void restart(const NodeId& node) {
    cluster.kill(node);
    cluster.restart(node);
  }
  void forget(const NodeId& node) {
    cluster.lose_disk(node);
    cluster.restart(node);
  }

  ProtocolCluster cluster;
};

// A token with a value that only some have: n1 began to write it, `reached` heard of it, and nobody else.
CallId half_written(Tokens& tokens, const std::string& name, const std::vector<NodeId>& reached) {
  const CallId call = tokens.begins("n1", Tokens::written(name));
  for (const NodeId& node : reached) tokens.cluster.deliver(*tokens.cluster.take("write", "n1", node));
  tokens.cluster.drop_all();
  return call;
}

}  // namespace

// ------------------------------------------------------------------------------------------------ what is promised

TEST_CASE("a token is created, written, read everywhere and dropped") {
  Tokens tokens(5);
  CHECK(Tokens::shown(tokens.create()) == "created");
  CHECK(tokens.read("n4") == "created");
  const auto written = tokens.write("apples").as<wire::TokenReply>();
  REQUIRE(written.value);
  CHECK(written.value->low == 10);
  CHECK(written.value->mid == 15);
  CHECK(written.value->high == 30);
  for (std::uint64_t x = 10; x < 30; ++x) {
    CHECK(written.value->final.hash <= atomic::token_hash("apples", x));
    if (x < 15) CHECK(written.value->partial->hash <= atomic::token_hash("apples", x));
  }
  CHECK(written.got == 3);
  CHECK(written.wanted == 3);
  for (const NodeId& node : tokens.cluster.ids()) {
    const auto read = tokens.does(node, wire::TokenRead{"7"}).as<wire::TokenReply>();
    CHECK(read.value == written.value);
    CHECK(read.stamp == written.stamp);
    CHECK(read.node == node);
  }
  CHECK_FALSE(written.created);
  const auto there = tokens.does("n1", wire::TokenCreate{"7", true}).as<wire::TokenReply>();
  CHECK(there.created == false);
  CHECK(there.value == written.value);
  CHECK(tokens.drop().as<wire::TokenReply>().stamp > written.stamp);
  for (const NodeId& node : tokens.cluster.ids()) CHECK(tokens.read(node) == "NOT_FOUND");
  CHECK(tokens.does("n1", wire::TokenCreate{"7", true}).as<wire::TokenReply>().created == true);
  CHECK(tokens.read("n2") == "created");
}

TEST_CASE("what is refused says why, and changes nothing") {
  Tokens tokens(3, [](ClusterConfig& config) {
    config.tokens.push_back({"9", "n2", {"n3"}, false});
    config.limits.token_domain = 100;
  });
  const auto before = tokens.cluster.backup("n1").records();
  CHECK(tokens.fails("n1", wire::TokenWrite{"7", "a", 0, 1, 2, false}) == "NOT_FOUND");
  CHECK(tokens.fails("n1", wire::TokenDrop{"7"}) == "NOT_FOUND");
  CHECK(tokens.fails("n2", wire::TokenRead{"7"}) == "NOT_FOUND");
  CHECK(tokens.fails("n1", wire::TokenRead{"no such"}) == "NOT_FOUND");
  CHECK(tokens.fails("n2", wire::TokenCreate{"7", false}) == "NOT_WRITER");
  CHECK(tokens.fails("n1", wire::TokenCreate{"9", false}) == "NOT_WRITER");
  CHECK(tokens.fails("n2", wire::TokenRead{"9"}) == "UNSUPPORTED");
  CHECK(tokens.fails("n1", wire::TokenShow{"9"}) == "UNSUPPORTED");
  CHECK(tokens.fails("n1", wire::TokenSilence{"9", 0}) == "UNSUPPORTED");
  CHECK(tokens.fails("n1", wire::TokenWrite{"7", "a", 5, 4, 9, false}) == "USAGE");
  CHECK(tokens.fails("n1", wire::TokenWrite{"7", "a", 5, 9, 9, false}) == "USAGE");
  CHECK(tokens.fails("n1", wire::TokenWrite{"7", "a", 0, 1, 101, false}) == "LIMIT");
  CHECK(tokens.fails("n1", wire::TokenWrite{"7", std::string(1025, 'a'), 0, 1, 2, false}) == "LIMIT");
  CHECK(tokens.fails("n1", wire::Read{"default", "7", {}}) == "WRONG_TIER");
  CHECK(tokens.cluster.backup("n1").records() == before);
  CHECK(tokens.cluster.jobs("n1") == 0);

  const Failure where = tokens.does("n2", wire::TokenCreate{"7", false}).failure();
  CHECK(where.applied == Applied::no);
  CHECK(where.message.find("n1 (127.0.0.1:7001)") != std::string::npos);
  CHECK(tokens.does("n2", wire::TokenRead{"9"}).failure().message.find("n3 (127.0.0.1:7003)") != std::string::npos);

  tokens.create();
  CHECK(tokens.fails("n1", wire::TokenCreate{"7", false}) == "ALREADY_EXISTS");
  CHECK(Tokens::shown(tokens.does("n1", wire::TokenCreate{"7", true})) == "created");
  const auto list = tokens.does("n3", wire::TokenList{}).as<wire::TokensReply>();
  REQUIRE(list.tokens.size() == 3);
  CHECK(list.tokens[2].id == "9");
  CHECK(list.tokens[2].writer == "n2");
  CHECK(list.tokens[2].readers == std::vector<NodeId>{"n3"});
}

TEST_CASE("a change is on the writer's disk before anybody hears of it, and answered when a quorum has it") {
  Tokens tokens(5);
  tokens.create();
  const CallId call = tokens.begins("n1", Tokens::written("apples"));
  CHECK(tokens.shown(call) == "no reply");
  const auto shown = tokens.show("n1");
  CHECK(shown.state == "written");
  bool on_disk = false;
  for (const auto& [key, value] : tokens.cluster.disk("n1").records()) {
    if (value.find("apples") != std::string::npos) on_disk = true;
  }
  CHECK(on_disk);
}

TEST_CASE("a read imposes only what the quorum does not agree on") {
  Tokens tokens(3);
  tokens.create();
  CHECK(tokens.read("n2") == "created");
  CHECK(tokens.count("n2", "imposed") == 0);
  CHECK(tokens.count("n2", "agreed") == 1);
  half_written(tokens, "apples", {});
  CHECK(tokens.read("n1") == "apples");
  CHECK(tokens.count("n1", "imposed") == 1);
}

TEST_CASE("to refuse is to read: a writer that reaches no quorum refuses nothing") {
  Tokens tokens(3);
  tokens.create();
  tokens.cluster.isolate("n1");
  const CallId again = tokens.cluster.ask("n1", wire::TokenCreate{"7", false});
  tokens.cluster.deliver_all();
  CHECK(tokens.shown(again) == "no reply");
  tokens.cluster.pass(deadline_ms);
  CHECK(tokens.applied(again) == "TIMEOUT no");
}

TEST_CASE("what no majority answers is told before its client stops waiting") {
  Tokens tokens(3);
  tokens.create();
  tokens.cluster.isolate("n1");
  tokens.cluster.isolate("n2");
  const CallId change = tokens.cluster.ask("n1", wire::TokenCreate{"7", false}, deadline_ms);
  const CallId read = tokens.cluster.ask("n2", wire::TokenRead{"7"}, deadline_ms);
  wire::TokenWrite request = Tokens::written("apples");
  const CallId scan = tokens.cluster.ask("n1", request, deadline_ms);
  tokens.cluster.deliver_all();
  for (const CallId call : {change, read, scan}) CHECK(tokens.shown(call) == "no reply");
  tokens.cluster.pass(deadline_ms - 200);
  for (const CallId call : {change, read, scan}) CHECK(tokens.applied(call) == "TIMEOUT no");
}

TEST_CASE("a refusal shows what only the writer has, so it must not vanish after it") {
  Tokens tokens(3);
  const CallId lost = tokens.cluster.ask("n1", wire::TokenCreate{"7", false});
  tokens.cluster.deliver_all();  // the check before the first change
  REQUIRE(tokens.shown(lost) == "created");
  tokens.drop();
  tokens.cluster.ask("n1", wire::TokenCreate{"7", false});
  tokens.cluster.deliver_all();
  tokens.drop();
  tokens.cluster.isolate("n1");
  const CallId half = tokens.begins("n1", wire::TokenDrop{"7"});  // a check
  tokens.cluster.deliver_all();
  CHECK(tokens.shown(half) == "no reply");
  tokens.cluster.pass(deadline_ms);
  tokens.cluster.heal();
  CHECK(tokens.fails("n1", wire::TokenDrop{"7"}) == "NOT_FOUND");
}

// ------------------------------------------------------------------------------------------------ crashes

TEST_CASE("S-30: the writer crashes after one holder heard of it, who reads after a new value never sees an old one") {
  Tokens tokens(5);
  tokens.create();
  tokens.write("old");
  const CallId call = half_written(tokens, "new", {"n2"});
  tokens.cluster.kill("n1");
  tokens.only({"n2", "n3", "n4"});
  CHECK(tokens.read("n3") == "new");
  tokens.only({"n3", "n4", "n5"});
  CHECK(tokens.read("n5") == "new");
  CHECK(tokens.shown(call) == "no reply");
}

TEST_CASE("S-30: a new value that nobody has heard of is not seen, and the writer that comes back may still show it") {
  Tokens tokens(3);
  tokens.create();
  tokens.write("old");
  half_written(tokens, "new", {});
  tokens.cluster.kill("n1");
  CHECK(tokens.read("n2") == "old");
  tokens.cluster.restart("n1");
  CHECK(tokens.read("n1") == "new");
  CHECK(tokens.read("n2") == "new");
}

TEST_CASE("S-31: a reader crashes in the middle of imposing") {
  Tokens tokens(5);
  tokens.create();
  tokens.write("old");
  half_written(tokens, "new", {"n2"});
  tokens.cluster.kill("n1");
  const CallId call = tokens.cluster.ask("n2", wire::TokenRead{"7"});
  for (const NodeId node : {"n3", "n4"}) {
    tokens.cluster.deliver(*tokens.cluster.take("query", "n2", node));
    tokens.cluster.deliver(*tokens.cluster.take("known", node, "n2"));
  }
  tokens.cluster.deliver(*tokens.cluster.take("impose", "n2", "n3"));
  tokens.cluster.drop_all();
  tokens.cluster.kill("n2");
  CHECK(tokens.shown(call) == "no reply");
  CHECK(tokens.read("n4") == "new");
  tokens.cluster.restart("n2");
  tokens.only({"n2", "n4", "n5"});
  CHECK(tokens.read("n5") == "new");
}

TEST_CASE("S-32: a writer that restarts after an unfinished write never gives its stamp to another value") {
  Tokens tokens(3);
  tokens.create();
  tokens.begins("n1", Tokens::written("unfinished"));
  const auto late = tokens.cluster.take("write", "n1", "n2");
  tokens.cluster.drop_all();
  const wire::TokenStamp unfinished = tokens.show("n1").stamp;
  tokens.restart("n1");
  const auto next = tokens.write("next").as<wire::TokenReply>();
  CHECK(next.stamp > unfinished);
  CHECK(next.stamp.life > unfinished.life);
  tokens.cluster.deliver(*late);
  tokens.cluster.deliver_all();
  for (const NodeId& node : tokens.cluster.ids()) CHECK(tokens.read(node) == "next");
  CHECK(tokens.cluster.up("n1"));  // the late message is not taken for a second process
}

TEST_CASE("a holder that restarts with its disk answers at once") {
  Tokens tokens(3);
  tokens.create();
  tokens.write("apples");
  tokens.cluster.kill("n1");
  tokens.restart("n2");
  tokens.restart("n3");
  CHECK(tokens.read("n2") == "apples");
}

// ------------------------------------------------------------------------------------------------ lost disks

TEST_CASE("S-33: the writer lost its disk: what it left unfinished at a few never wins later") {
  Tokens tokens(5);
  tokens.create();
  tokens.write("old");
  half_written(tokens, "unfinished", {"n2"});
  tokens.cluster.isolate("n2");
  tokens.forget("n1");
  tokens.cluster.deliver_all();
  const auto next = tokens.write("next").as<wire::TokenReply>();
  REQUIRE(next.value);
  tokens.cluster.heal();
  for (const NodeId& node : tokens.cluster.ids()) CHECK(tokens.read(node) == "next");
}

TEST_CASE("S-33: a writer that lost its disk knows nothing better than others, and asks before it decides") {
  Tokens tokens(5);
  tokens.create();
  tokens.drop();
  const CallId create = tokens.cluster.ask("n1", wire::TokenCreate{"7", false});
  tokens.cluster.drop_all();  // the check
  tokens.cluster.pass(deadline_ms);
  CHECK(tokens.shown(create) != "no reply");
  tokens.drop();

  // A create that only n2 has.
  tokens.begins("n1", wire::TokenCreate{"7", false});
  while (auto query = tokens.cluster.take("query", "n1", "n2")) tokens.cluster.deliver(*query);
  tokens.cluster.deliver_all();
  REQUIRE(tokens.read("n3") == "created");
  tokens.drop();
  const wire::TokenStamp dropped = tokens.show("n1").stamp;
  atomic::Write half{"7", {tokens.cluster.life("n1"), 999}, {}};
  half.record.stamp = {dropped.life, dropped.counter + 1};
  half.record.state = atomic::State::created;
  tokens.cluster.inject("n2", "n1", atomic::encode(half));
  tokens.cluster.drop_all();
  tokens.cluster.isolate("n2");
  tokens.forget("n1");
  tokens.cluster.deliver_all();
  CHECK(tokens.show("n1").state == "dropped");
  // n2 is back, and a read shows what it has; the writer must not go by what it recovered.
  tokens.only({"n2", "n3", "n4", "n5"});
  CHECK(tokens.read("n2") == "created");
  tokens.cluster.heal();
  tokens.cluster.drop_all();
  CHECK(tokens.show("n1").state == "dropped");
  CHECK(tokens.fails("n1", wire::TokenCreate{"7", false}) == "ALREADY_EXISTS");
  CHECK(tokens.drop().kind == wire::Kind::token_reply);
  CHECK(tokens.read("n2") == "NOT_FOUND");
}

TEST_CASE("S-34: a holder that lost its disk does not answer before it has asked a majority of the others") {
  Tokens tokens(3);
  tokens.cluster.isolate("n3");
  tokens.create();
  tokens.write("new");  // n1 and n2 have it
  tokens.cluster.kill("n1");
  tokens.cluster.heal();
  tokens.forget("n2");
  tokens.cluster.deliver_all();
  CHECK(tokens.show("n2").state == "unknown");
  CHECK(tokens.count("n2", "not-up-to-date") == 2);
  CHECK(tokens.read("n3") == "no reply");  // n2 has forgotten and n3 never knew
  CHECK(tokens.read("n2") == "no reply");
  tokens.cluster.restart("n1");
  tokens.cluster.round();
  tokens.cluster.round();
  CHECK(tokens.show("n2").state == "written");
  CHECK(tokens.count("n2", "not-up-to-date") == 0);
  CHECK(tokens.read("n3") == "new");
}

TEST_CASE("S-34: who is not up to date acknowledges nothing") {
  Tokens tokens(3);
  tokens.create();
  tokens.cluster.kill("n3");
  tokens.only({"n1"});
  tokens.forget("n2");
  tokens.cluster.heal();
  tokens.cluster.drop_all();
  const CallId call = tokens.begins("n1", Tokens::written("new"));
  tokens.cluster.deliver(*tokens.cluster.take("write", "n1", "n2"));
  tokens.cluster.deliver_all();
  CHECK(tokens.shown(call) == "no reply");
  tokens.cluster.restart("n3");
  tokens.cluster.round();
  tokens.cluster.round();
  CHECK(tokens.shown(call) == "new");
}

TEST_CASE("S-34: an answer from before a disk was lost completes no quorum") {
  Tokens tokens(5);
  tokens.create();
  const CallId call = tokens.begins("n1", Tokens::written("new"));
  tokens.cluster.deliver(*tokens.cluster.take("write", "n1", "n2"));
  const auto late = tokens.cluster.take("held", "n2", "n1");
  const auto to_n3 = tokens.cluster.take("write", "n1", "n3");
  tokens.cluster.drop_all();
  // n2 loses its disk and asks n3, n4, n5, who know nothing of the change.
  tokens.cluster.isolate("n1");
  tokens.forget("n2");
  tokens.cluster.deliver_all();
  REQUIRE(tokens.show("n2").state == "created");
  tokens.cluster.heal();
  tokens.restart("n3");  // it remembers that n2 lost its disk
  tokens.cluster.drop_all();
  tokens.cluster.deliver(*late);
  tokens.cluster.deliver(*to_n3);
  tokens.cluster.deliver(*tokens.cluster.take("held", "n3", "n1"));
  CHECK(tokens.shown(call) == "no reply");
  // With a quorum of those who have it, it is one.
  tokens.cluster.round();
  CHECK(tokens.shown(call) == "new");
}

TEST_CASE("a scheme begins when all its holders were there once") {
  Tokens tokens(3);
  for (const NodeId& node : tokens.cluster.ids()) tokens.cluster.lose_disk(node);
  tokens.cluster.restart("n1");
  tokens.cluster.restart("n2");
  tokens.cluster.deliver_all();
  tokens.cluster.round();
  CHECK(Tokens::shown(tokens.create()) == "no reply");
  tokens.cluster.restart("n3");
  tokens.cluster.round();
  CHECK(tokens.read("n3") == "created");  // it had waited
}

// ------------------------------------------------------------------------------------------------ late messages

TEST_CASE("S-35: two answers of one holder count once, those of an earlier read not at all") {
  Tokens tokens(5);
  tokens.create();
  const CallId first = tokens.cluster.ask("n2", wire::TokenRead{"7"});
  tokens.cluster.deliver(*tokens.cluster.take("query", "n2", "n3"));
  const auto answer = tokens.cluster.take("known", "n3", "n2");
  for (int i = 0; i < 5; ++i) tokens.cluster.deliver(*answer);
  CHECK(tokens.shown(first) == "no reply");
  tokens.cluster.deliver(*tokens.cluster.take("query", "n2", "n4"));
  tokens.cluster.deliver(*tokens.cluster.take("known", "n4", "n2"));
  CHECK(tokens.shown(first) == "created");
  tokens.cluster.drop_all();

  const CallId second = tokens.cluster.ask("n2", wire::TokenRead{"7"});
  tokens.cluster.deliver(*tokens.cluster.take("query", "n2", "n4"));
  tokens.cluster.deliver(*tokens.cluster.take("known", "n4", "n2"));
  tokens.cluster.deliver(*answer);
  CHECK(tokens.shown(second) == "no reply");

  // Nor those to an earlier process, whose operations were counted from one too.
  tokens.cluster.drop_all();
  tokens.restart("n2");
  std::vector<CallId> reads;
  for (int i = 0; i < 9; ++i) {
    reads.push_back(tokens.cluster.ask("n2", wire::TokenRead{"7"}));
    tokens.cluster.deliver(*tokens.cluster.take("query", "n2", "n4"));
    tokens.cluster.deliver(*tokens.cluster.take("known", "n4", "n2"));
    tokens.cluster.deliver(*answer);
  }
  for (const CallId read : reads) CHECK(tokens.shown(read) == "no reply");
  tokens.cluster.round();
  for (const CallId read : reads) CHECK(tokens.shown(read) == "created");
}

TEST_CASE("S-35: what a holder acknowledged to an earlier process of the writer does not count for the next one") {
  Tokens tokens(5);
  tokens.create();
  tokens.begins("n1", Tokens::written("before"));
  tokens.cluster.deliver(*tokens.cluster.take("write", "n1", "n2"));
  const auto late = tokens.cluster.take("held", "n2", "n1");
  tokens.cluster.drop_all();
  tokens.restart("n1");
  for (int i = 0; i < 9; ++i) {
    const std::string name = "after-" + std::to_string(i);
    const CallId call = tokens.begins("n1", Tokens::written(name));
    tokens.cluster.deliver(*tokens.cluster.take("write", "n1", "n3"));
    tokens.cluster.deliver(*tokens.cluster.take("held", "n3", "n1"));
    tokens.cluster.deliver(*late);
    CHECK(tokens.shown(call) == "no reply");
    tokens.cluster.deliver_all();
    CHECK(tokens.shown(call) == name);
  }
}

TEST_CASE("S-35: an answer of the asking phase does not count for the imposing one") {
  Tokens tokens(3);
  tokens.create();
  half_written(tokens, "new", {});
  const CallId call = tokens.cluster.ask("n1", wire::TokenRead{"7"});
  tokens.cluster.deliver(*tokens.cluster.take("query", "n1", "n2"));
  const auto known = tokens.cluster.take("known", "n2", "n1");
  tokens.cluster.deliver(*known);
  tokens.cluster.deliver(*known);
  CHECK(tokens.shown(call) == "no reply");
  tokens.cluster.deliver(*tokens.cluster.take("impose", "n1", "n3"));
  tokens.cluster.deliver(*tokens.cluster.take("held", "n3", "n1"));
  CHECK(tokens.shown(call) == "new");
}

TEST_CASE("S-36: the writer's own copy proves nothing") {
  Tokens tokens(3);
  tokens.create();
  tokens.write("old");
  half_written(tokens, "new", {});
  tokens.cluster.isolate("n1");
  const CallId call = tokens.cluster.ask("n1", wire::TokenRead{"7"});
  tokens.cluster.deliver_all();
  CHECK(tokens.shown(call) == "no reply");
  tokens.cluster.kill("n1");
  CHECK(tokens.read("n2") == "old");
}

TEST_CASE("S-39: a read imposes on any quorum, not only on those who answered") {
  Tokens tokens(5);
  tokens.create();
  half_written(tokens, "new", {"n2"});
  tokens.cluster.kill("n1");
  const CallId call = tokens.cluster.ask("n2", wire::TokenRead{"7"});
  for (const NodeId node : {"n3", "n4"}) {
    tokens.cluster.deliver(*tokens.cluster.take("query", "n2", node));
    tokens.cluster.deliver(*tokens.cluster.take("known", node, "n2"));
  }
  for (const NodeId node : {"n4", "n5"}) {
    tokens.cluster.deliver(*tokens.cluster.take("impose", "n2", node));
    tokens.cluster.deliver(*tokens.cluster.take("held", node, "n2"));
  }
  CHECK(tokens.shown(call) == "new");
}

TEST_CASE("S-40: a drop and a create anew, old messages bring nothing back") {
  Tokens tokens(3);
  tokens.create();
  tokens.begins("n1", Tokens::written("old"));
  const auto late = tokens.cluster.take("write", "n1", "n2");
  tokens.cluster.deliver_all();
  tokens.drop();
  tokens.cluster.deliver(*late);
  tokens.cluster.deliver_all();
  CHECK(tokens.show("n2").state == "dropped");
  CHECK(tokens.read("n2") == "NOT_FOUND");
  tokens.restart("n2");
  tokens.cluster.deliver(*late);
  CHECK(tokens.show("n2").state == "dropped");
  tokens.create();
  tokens.cluster.deliver(*late);
  tokens.cluster.deliver_all();
  for (const NodeId& node : tokens.cluster.ids()) CHECK(tokens.read(node) == "created");
}

TEST_CASE("messages of an earlier process are not heard once a later one is") {
  Tokens tokens(3);
  tokens.create();
  const CallId call = tokens.cluster.ask("n2", wire::TokenRead{"7"});
  tokens.cluster.deliver(*tokens.cluster.take("query", "n2", "n3"));
  const auto late = tokens.cluster.take("known", "n3", "n2");
  tokens.cluster.drop_all();
  tokens.restart("n3");
  tokens.cluster.deliver_all();
  tokens.does("n3", wire::TokenRead{"7"});
  tokens.cluster.drop_all();
  tokens.cluster.deliver(*late);
  CHECK(tokens.shown(call) == "no reply");
}

// ------------------------------------------------------------------------------------------------ silence, time

TEST_CASE("S-37: a node falls silent about one token for ever, and serves the others") {
  Tokens tokens(3);
  tokens.create();
  tokens.does("n1", wire::TokenCreate{"8", false});
  CHECK(tokens.does("n2", wire::TokenSilence{"7", 1000}).kind == wire::Kind::done);
  CHECK(tokens.read("n2") == "created");
  tokens.cluster.pass(1000);
  CHECK(tokens.cluster.warnings("n2") == std::vector<std::string>{"n2 falls silent about token 7"});
  const auto speaks = [&] {
    tokens.cluster.received("n1").clear();
    CHECK(tokens.read("n2") == "no reply");
    CHECK(tokens.does("n2", wire::TokenShow{"7"}).kind == wire::Kind{});
    CHECK(tokens.does("n2", wire::TokenDrop{"7"}).kind == wire::Kind{});
    tokens.only({"n1", "n2"});
    CHECK(tokens.read("n1") == "no reply");
    tokens.cluster.heal();
    const bool spoke = !tokens.cluster.received("n1").empty();
    CHECK(Tokens::shown(tokens.does("n2", wire::TokenRead{"8"})) == "created");
    CHECK(tokens.read("n3") == "created");
    return spoke;
  };
  CHECK_FALSE(speaks());
  tokens.cluster.pass(deadline_ms);
  tokens.restart("n2");
  CHECK_FALSE(speaks());
  CHECK(tokens.count("n2", "silent") == 1);
}

TEST_CASE("S-37: what was left until the silence goes on counting after a restart") {
  Tokens tokens(3);
  tokens.create();
  tokens.does("n2", wire::TokenSilence{"7", 10'000});
  tokens.cluster.pass(9000);
  CHECK(tokens.read("n2") == "created");
  tokens.restart("n2");
  tokens.cluster.pass(2200);
  CHECK(tokens.read("n2") == "no reply");
}

TEST_CASE("S-37: silent by configuration, since the token was created, or since the node was started") {
  Tokens tokens(3, [](ClusterConfig& config) {
    config.silent = {{"7", "n2", 1000, false}, {"8", "n3", 1000, true}};
    config.faults_enabled = false;
  });
  CHECK(tokens.fails("n1", wire::TokenSilence{"7", 0}) == "DENIED");
  tokens.does("n1", wire::TokenCreate{"8", false});
  tokens.cluster.pass(1000);
  CHECK(Tokens::shown(tokens.does("n3", wire::TokenRead{"8"})) == "no reply");
  CHECK(tokens.read("n2") == "NOT_FOUND");  // nothing was created yet
  tokens.create();
  CHECK(tokens.read("n2") == "created");
  tokens.cluster.pass(1000);
  CHECK(tokens.read("n2") == "no reply");
  CHECK(tokens.read("n3") == "created");
  CHECK(Tokens::shown(tokens.does("n2", wire::TokenRead{"8"})) == "created");
}

TEST_CASE("S-38: a silent minority stops nothing, a silent majority ends all in a time-out") {
  Tokens tokens(5);
  tokens.create();
  for (const NodeId node : {"n4", "n5"}) tokens.does(node, wire::TokenSilence{"7", 0});
  tokens.cluster.round();
  CHECK(Tokens::shown(tokens.write("apples")) == "apples");
  for (const NodeId node : {"n1", "n2", "n3"}) CHECK(tokens.read(node) == "apples");
  CHECK(tokens.drop().kind == wire::Kind::token_reply);
  CHECK(Tokens::shown(tokens.create()) == "created");

  tokens.does("n3", wire::TokenSilence{"7", 0});
  tokens.cluster.round();
  const CallId write = tokens.begins("n1", Tokens::written("pears"));
  const CallId behind = tokens.begins("n1", wire::TokenDrop{"7"});
  const CallId read = tokens.begins("n2", wire::TokenRead{"7"});
  tokens.cluster.pass(deadline_ms);
  CHECK(tokens.applied(write) == "TIMEOUT unknown");
  CHECK(tokens.applied(behind) == "TIMEOUT no");
  CHECK(tokens.applied(read) == "TIMEOUT no");
  const Failure failure = tokens.cluster.answer(write)->failure();
  CHECK(failure.got == 2);
  CHECK(failure.wanted == 3);
}

TEST_CASE("S-41: quorum all waits for every holder, also for one that is wrongly taken for dead") {
  Tokens tokens(3, [](ClusterConfig& config) { config.tokens[0].all = true; });
  CHECK(Tokens::shown(tokens.create()) == "created");
  tokens.cluster.isolate("n3");
  const CallId write = tokens.begins("n1", Tokens::written("apples"));
  tokens.does("n1", wire::TokenCreate{"8", false});
  CHECK(Tokens::shown(tokens.does("n2", wire::TokenRead{"8"})) == "created");  // a majority does
  const CallId read = tokens.begins("n2", wire::TokenRead{"7"});
  tokens.cluster.pass(deadline_ms);
  CHECK(tokens.applied(write) == "TIMEOUT unknown");
  CHECK(tokens.applied(read) == "TIMEOUT no");
  CHECK(tokens.show("n3").state == "created");
  tokens.cluster.heal();
  CHECK(tokens.read("n3") == "apples");  // the change that was unknown
}

TEST_CASE("S-42: of two processes of one writer the older one is refused, says so and stops") {
  Tokens tokens(3);
  tokens.create();
  atomic::Write newer{"7", {{50, 9}, 1}, {{{50, 9}, 1}, atomic::State::dropped, std::nullopt}};
  tokens.cluster.inject("n2", "n1", atomic::encode(newer), Incarnation{50, 9});
  SECTION("the holder has heard of the newer process") {}
  SECTION("the holder has a stamp of the newer process") { tokens.restart("n2"); }
  tokens.cluster.drop_all();
  const CallId write = tokens.begins("n1", Tokens::written("apples"));
  tokens.cluster.deliver(*tokens.cluster.take("write", "n1", "n2"));
  tokens.cluster.deliver(*tokens.cluster.take("refused", "n2", "n1"));
  CHECK(tokens.applied(write) == "STALE unknown");
  CHECK(tokens.show("n2").state == "dropped");
  tokens.cluster.round();
  CHECK_FALSE(tokens.cluster.up("n1"));
  CHECK(tokens.cluster.stopped("n1").find("n1.9") != std::string::npos);
}

TEST_CASE("S-42: a process that sees a stamp of a newer one in an answer stops too") {
  Tokens tokens(3);
  tokens.create();
  atomic::Impose newer{"7", {{50, 9}, 1}, {{{50, 9}, 1}, atomic::State::dropped, std::nullopt}};
  tokens.cluster.inject("n2", "n3", atomic::encode(newer));
  tokens.cluster.drop_all();
  tokens.cluster.ask("n1", wire::TokenRead{"7"});
  tokens.cluster.deliver_all();
  tokens.cluster.round();
  CHECK_FALSE(tokens.cluster.up("n1"));
}

// ------------------------------------------------------------------------------------------------ scans, order

TEST_CASE("a scan runs as a job, tells how far it is, and ends with its deadline") {
  Tokens tokens(3);
  tokens.create();
  wire::TokenWrite request = Tokens::written("apples");
  request.want_progress = true;
  const CallId slow = tokens.cluster.ask("n1", request);
  REQUIRE(tokens.cluster.jobs("n1") == 1);
  tokens.cluster.progress("n1", 5, 20);
  REQUIRE(tokens.cluster.answer(slow));
  CHECK(tokens.cluster.answer(slow)->kind == wire::Kind::token_progress);
  CHECK(tokens.cluster.answer(slow)->as<wire::TokenProgress>().done == 5);
  // Others do not wait for it.
  CHECK(Tokens::shown(tokens.does("n2", wire::TokenRead{"7"})) == "created");
  tokens.cluster.pass(deadline_ms);
  CHECK(tokens.applied(slow) == "TIMEOUT no");
  CHECK(tokens.cluster.cancelled("n1") == 1);
  CHECK(tokens.cluster.jobs("n1") == 0);
  CHECK(tokens.read("n2") == "created");

  request.want_progress = false;
  const CallId quiet = tokens.cluster.ask("n1", request);
  tokens.cluster.progress("n1", 5, 20);
  CHECK(tokens.cluster.answer(quiet) == nullptr);
  tokens.cluster.run_jobs("n1");
  tokens.cluster.deliver_all();
  CHECK(tokens.shown(quiet) == "apples");
}

TEST_CASE("nothing is scanned for a token that is not there, where the writer does not know, it asks first") {
  Tokens tokens(3);
  CHECK(Tokens::shown(tokens.write("apples")) == "NOT_FOUND");
  CHECK(tokens.cluster.jobs("n1") == 0);
  const CallId create = tokens.cluster.ask("n1", wire::TokenCreate{"7", false});
  const CallId write = tokens.cluster.ask("n1", Tokens::written("apples"));
  CHECK(tokens.cluster.jobs("n1") == 0);  // the create has not been answered yet
  tokens.cluster.deliver_all();
  CHECK(tokens.shown(create) == "created");
  REQUIRE(tokens.cluster.jobs("n1") == 1);
  tokens.cluster.run_jobs("n1");
  tokens.cluster.deliver_all();
  CHECK(tokens.shown(write) == "apples");
}

TEST_CASE("changes of one token take their turns, in the order in which they were ready") {
  Tokens tokens(3);
  tokens.create();
  const CallId first = tokens.begins("n1", Tokens::written("first"));
  const CallId second = tokens.begins("n1", Tokens::written("second"));
  const CallId third = tokens.begins("n1", wire::TokenDrop{"7"});
  const CallId fourth = tokens.begins("n1", Tokens::written("fourth"));
  tokens.cluster.deliver_all();
  CHECK(tokens.shown(first) == "first");
  CHECK(tokens.shown(second) == "second");
  CHECK(tokens.cluster.answer(third)->kind == wire::Kind::token_reply);
  CHECK(tokens.shown(fourth) == "NOT_FOUND");
  CHECK(tokens.count("n1", "waiting") == 0);
}

TEST_CASE("too many changes of one token are refused") {
  Tokens tokens(3);
  tokens.create();
  tokens.cluster.isolate("n1");
  for (int i = 0; i < 1024; ++i) tokens.cluster.ask("n1", wire::TokenCreate{"7", false});
  CHECK(tokens.fails("n1", wire::TokenDrop{"7"}) == "LIMIT");
  tokens.cluster.pass(deadline_ms);
  CHECK(tokens.count("n1", "waiting") == 0);
}

// ------------------------------------------------------------------------------------------------ bad messages

TEST_CASE("what cannot be meant is told to the host and changes nothing") {
  Tokens tokens(3, [](ClusterConfig& config) { config.tokens.push_back({"9", "n1", {"n2"}, false}); });
  tokens.create();
  const Incarnation life = tokens.cluster.life("n1");
  const wire::TokenStamp next{life, 99};
  const atomic::Record good{next, atomic::State::dropped, std::nullopt};
  const auto before = tokens.cluster.backup("n2").records();
  const auto refused = [&](const NodeId& from, const auto& message) {
    const auto malformed = tokens.cluster.inject("n2", from, atomic::encode(message));
    CHECK(tokens.cluster.backup("n2").records() == before);
    CHECK(tokens.cluster.under_way() == 0);
    return malformed.empty() ? "" : malformed.front();
  };
  CHECK(refused("n3", atomic::Write{"7", {}, good}).find("not the writer") != std::string::npos);
  CHECK(refused("n3", atomic::Query{"9", {}}).find("no other holder") != std::string::npos);
  CHECK(refused("n1", atomic::Query{"nothing", {}}).find("tokens file") != std::string::npos);
  CHECK(refused("n1", atomic::Write{"7", {}, {{{77, 7}, 1}, atomic::State::dropped, {}}}).find("another process") !=
        std::string::npos);
  CHECK(refused("n1", atomic::Impose{"7", {}, {next, atomic::State{9}, {}}}).find("state") != std::string::npos);
  CHECK(refused("n1", atomic::Impose{"7", {}, {next, atomic::State::written, {}}}).find("value") != std::string::npos);
  CHECK(refused("n1", atomic::Impose{"7", {}, {next, atomic::State::absent, {}}}).find("stamp") != std::string::npos);
  CHECK(refused("n1", atomic::Impose{"7", {}, {{}, atomic::State::created, {}}}).find("stamp") != std::string::npos);
  CHECK(refused("n1", atomic::Impose{"7", {}, {next, atomic::State::written, wire::TokenValue{"a", 3, 2, 9, {}, {}}}})
            .find("domain") != std::string::npos);
  CHECK(refused("n1", atomic::Recover{"7", {}, {77, 7}}).find("disk") != std::string::npos);
  CHECK_FALSE(tokens.cluster.inject("n2", "n1", "\x93").empty());
  CHECK_FALSE(tokens.cluster.inject("n2", "n1", "").empty());
}

TEST_CASE("what one turn says to one peer is one message") {
  Tokens tokens(3);
  tokens.create();
  const Incarnation life = tokens.cluster.life("n1");
  const std::string both =
      atomic::encode(atomic::Query{"7", {life, 1}}) + atomic::encode(atomic::Query{"8", {life, 2}});
  tokens.cluster.inject("n2", "n1", both);
  const auto under_way = tokens.cluster.under_way_to("n1");
  REQUIRE(under_way.size() == 1);
  CHECK(atomic::decode(under_way.begin()->second)->size() == 2);
}

TEST_CASE("all nodes have one digest, and report what they hold") {
  Tokens tokens(3);
  tokens.create();
  tokens.does("n1", wire::TokenCreate{"8", false});
  for (const NodeId& node : tokens.cluster.ids()) {
    CHECK(tokens.cluster.report(node).keys == 2);
    CHECK(tokens.cluster.report(node).no_user_keys == 2);
    CHECK(tokens.cluster.report(node).held_back == 0);
  }
  CHECK(tokens.cluster.converged());
  tokens.drop();
  CHECK(tokens.cluster.report("n1").keys == 1);
}
