// Sessions of the causal tier: reads never go back and always show what the session wrote, whichever node is asked.
#include "common/wire/sessions.hpp"

#include <catch2/catch.hpp>

#include "tests/protocol_cluster.hpp"

using namespace kin;

namespace {

// One client that keeps to its session.
class Session {
 public:
  explicit Session(ProtocolCluster& cluster) : cluster_(cluster) {}

  CallId read(const NodeId& node, const std::string& key) { return ask(node, wire::Read{"default", key, {}}); }
  CallId put(const NodeId& node, const std::string& key, const std::string& value, const std::string& context = "") {
    wire::AddUpdate request{"default", key, value};
    request.seen = context.empty() ? wire::Seen::implied : wire::Seen::context;
    request.context = context;
    return ask(node, request);
  }
  CallId erase(const NodeId& node, const std::string& key) {
    wire::Remove request;
    request.bucket = "default";
    request.key = key;
    return ask(node, request);
  }

  bool waits(CallId call) const { return cluster_.answer(call) == nullptr; }
  template <class Reply>
  Reply take(CallId call) {
    const auto* answer = cluster_.answer(call);
    REQUIRE(answer != nullptr);
    INFO(answer->failure().message);
    REQUIRE(answer->kind == wire::Kind::in_session_reply);
    const auto reply = answer->as<wire::InSessionReply>();
    seen = reply.seen;
    return *wire::decode<Reply>(reply.body);
  }
  std::vector<std::string> values(CallId call) {
    std::vector<std::string> out;
    for (const auto& sibling : take<wire::ReadReply>(call).siblings) out.push_back(sibling.value);
    return out;
  }
  Failure failure(CallId call) const {
    const auto* answer = cluster_.answer(call);
    REQUIRE(answer != nullptr);
    REQUIRE(answer->kind == wire::Kind::failure);
    return answer->failure();
  }

  std::string seen;

 private:
  template <class Request>
  CallId ask(const NodeId& node, const Request& request) {
    return cluster_.ask(node, wire::in_session(request, seen));
  }

  ProtocolCluster& cluster_;
};

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("a session reads at another node what it wrote, once it has arrived there") {
  ProtocolCluster cluster(3);
  Session ann(cluster);
  ann.take<wire::WriteReply>(ann.put("n1", "cart", "bread"));
  CHECK(ann.seen.starts_with("f1."));

  const CallId call = ann.read("n2", "cart");
  CHECK(ann.waits(call));
  CHECK(cluster.values("n2", "cart").empty());  // who has no session is answered at once, with what is there
  cluster.deliver_all();
  CHECK(ann.values(call) == Strings{"bread"});
}

TEST_CASE("a session that has seen a value never sees an older state, deletes included") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "cart", "bread");
  cluster.deliver_all();
  cluster.erase("n1", "cart");
  Session ann(cluster);
  CHECK(ann.values(ann.read("n1", "cart")).empty());

  const CallId call = ann.read("n3", "cart");
  CHECK(ann.waits(call));
  CHECK(cluster.values("n3", "cart") == Strings{"bread"});
  cluster.deliver_all();
  CHECK(ann.values(call).empty());
}

TEST_CASE("what a session saw of one key does not make it wait for writes to others") {
  ProtocolCluster cluster(2);
  Session ann(cluster);
  ann.take<wire::WriteReply>(ann.put("n1", "a", "1"));
  cluster.deliver_all();
  cluster.isolate("n1");
  // At n1 alone and beyond its base: n2's third write comes and its second does not.
  cluster.put("n1", "b", "2");
  CHECK(ann.values(ann.read("n2", "a")) == Strings{"1"});
}

TEST_CASE("a session remembers what it wrote over reads of other keys, also where a node knows it beyond a gap") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "other", "x");
  cluster.drop_all();
  Session ann(cluster);
  wire::AddUpdate blind{"default", "a", "1"};
  blind.seen = wire::Seen::nothing;  // else it has seen all that n1 knows without a gap
  ann.take<wire::WriteReply>(cluster.ask("n1", wire::in_session(blind, "")));
  const auto push = cluster.take("push", "n1", "n2");
  REQUIRE(push);
  cluster.drop_all();
  cluster.deliver(*push);
  CHECK(ann.values(ann.read("n2", "b")).empty());
  CHECK(ann.waits(ann.read("n3", "a")));
  CHECK(ann.values(ann.read("n2", "a")) == Strings{"1"});
}

TEST_CASE("a write of a session waits as its reads do, so it replaces what the session wrote before") {
  ProtocolCluster cluster(3);
  Session ann(cluster);
  ann.take<wire::WriteReply>(ann.put("n1", "cart", "bread"));
  const CallId second = ann.put("n2", "cart", "apples");
  CHECK(ann.waits(second));
  cluster.deliver_all();
  const auto reply = ann.take<wire::WriteReply>(second);
  CHECK(reply.siblings.size() == 1);
  CHECK(reply.replaced.size() == 1);
  cluster.deliver_all();
  CHECK(cluster.values("n3", "cart") == Strings{"apples"});
}

TEST_CASE("calls of a session that wait for the same are served in their order") {
  ProtocolCluster cluster(3);
  Session ann(cluster);
  ann.take<wire::WriteReply>(ann.put("n1", "cart", "bread"));
  const CallId before = ann.read("n2", "cart");
  const CallId write = ann.put("n2", "cart", "apples");
  const CallId after = ann.read("n2", "cart");
  CHECK(ann.waits(after));
  cluster.deliver_all();
  CHECK(ann.values(before) == Strings{"bread"});
  ann.take<wire::WriteReply>(write);
  CHECK(ann.values(after) == Strings{"apples"});
}

TEST_CASE("a delete of a session finds what the session wrote elsewhere") {
  ProtocolCluster cluster(3);
  Session ann(cluster);
  ann.take<wire::WriteReply>(ann.put("n1", "cart", "bread"));
  const CallId call = ann.erase("n2", "cart");
  cluster.deliver_all();
  ann.take<wire::WriteReply>(call);
  cluster.deliver_all();
  CHECK(cluster.values("n1", "cart").empty());
}

TEST_CASE("a node that stays behind says by how much, and nothing was done") {
  ProtocolCluster cluster(3);
  Session ann(cluster);
  ann.take<wire::WriteReply>(ann.put("n1", "a", "1"));
  ann.take<wire::WriteReply>(ann.put("n1", "b", "2"));
  cluster.drop_all();
  cluster.isolate("n1");
  const std::string seen = ann.seen;
  const CallId read = ann.read("n2", "a");
  const CallId write = ann.put("n2", "a", "3");
  cluster.pass(2000);
  for (const CallId call : {read, write}) {
    const Failure failure = ann.failure(call);
    CHECK(failure.status == Status::unavailable);
    CHECK(failure.applied == Applied::no);
    CHECK(failure.node == "n2");
    CHECK(failure.message.find("n2 lacks 2 updates (2 of n1.1) that this session has seen") == 0);
    CHECK(failure.message.find("kin cluster lag") != std::string::npos);
  }
  cluster.heal();
  cluster.settle();
  CHECK(cluster.values("n2", "a") == Strings{"1"});
  CHECK(ann.seen == seen);
}

TEST_CASE("a session survives the node that it wrote at, its restart, and the end of its earlier process") {
  ProtocolCluster cluster(3);
  Session ann(cluster);
  ann.take<wire::WriteReply>(ann.put("n1", "cart", "bread"));
  cluster.kill("n1");
  cluster.drop_all();
  const CallId lost = ann.read("n2", "cart");
  cluster.pass(2000);
  CHECK(ann.failure(lost).status == Status::unavailable);
  cluster.restart("n1");
  cluster.settle();  // n1.1 is retired: a floor stands for it
  CHECK(ann.values(ann.read("n2", "cart")) == Strings{"bread"});
  CHECK(wire::parse_frontier(ann.seen)->actors().empty());
  CHECK(ann.values(ann.read("n3", "cart")) == Strings{"bread"});
}

TEST_CASE("a node that lost its disk serves no session before it has what a floor stands for") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "cart", "bread");
  cluster.deliver_all();
  cluster.kill("n1");
  cluster.restart("n1");
  cluster.pass(3000);
  Session ann(cluster);
  CHECK(ann.values(ann.read("n2", "cart")) == Strings{"bread"});
  const DotSet seen = *wire::parse_frontier(ann.seen);
  REQUIRE(seen.actors().empty());
  REQUIRE(seen.floor("n1") == cluster.life("n1"));
  cluster.lose_disk("n3");
  cluster.restart("n3");
  const CallId call = ann.read("n3", "cart");
  CHECK(ann.waits(call));
  cluster.pass(1000);
  CHECK(ann.values(call) == Strings{"bread"});
}

TEST_CASE("a write that was lost with its only disk holds up no session for ever") {
  ProtocolCluster cluster(3);
  Session ann(cluster);
  ann.take<wire::WriteReply>(ann.put("n1", "cart", "bread"));
  cluster.drop_all();
  cluster.lose_disk("n1");
  cluster.restart("n1");
  cluster.pass(2000);  // until all know that n1's first process has ended
  CHECK(ann.values(ann.read("n2", "cart")).empty());
}

TEST_CASE("reads of several members in a session wait too, and tell what they saw") {
  ProtocolCluster cluster(3);
  cluster.put("n1", "cart", "bread");
  Session ann(cluster);
  wire::Read request{"default", "cart", {wire::Quorum::all, 0}};
  const CallId call = cluster.ask("n2", wire::in_session(request, ""));
  cluster.drop_all();
  cluster.pass(400);
  CHECK(ann.values(call) == Strings{"bread"});
  const CallId next = ann.read("n3", "cart");
  cluster.settle();
  CHECK(ann.values(next) == Strings{"bread"});
}

TEST_CASE("what is no frontier, or of another cluster, is refused and nothing is done") {
  ProtocolCluster cluster(2);
  Session ann(cluster);
  ann.take<wire::WriteReply>(ann.put("n1", "cart", "bread"));
  const std::string good = ann.seen;
  for (const std::string& bad : {good.substr(0, good.size() - 1), "k1." + good.substr(3), std::string("?"),
                                 good.substr(0, 5) + "A" + good.substr(6)}) {
    ann.seen = bad;
    const Failure failure = ann.failure(ann.put("n1", "cart", "apples"));
    CHECK(failure.status == Status::usage);
    CHECK(failure.applied == Applied::no);
  }
  DotSet strange;
  strange.add(Dot{{"n9", {1, 1}}, 1});
  ann.seen = wire::print_frontier(strange);
  CHECK(ann.failure(ann.read("n1", "cart")).message.find("of another cluster") != std::string::npos);
  DotSet ahead;
  ahead.add(Dot{{"n1", cluster.life("n1")}, 99});
  ann.seen = wire::print_frontier(ahead);
  CHECK(ann.failure(ann.read("n1", "cart")).status == Status::usage);
  CHECK(cluster.values("n1", "cart") == Strings{"bread"});

  const wire::InSession nested{"default", "cart", "", wire::Kind::in_session, ""};
  const auto* answer = cluster.answer(cluster.ask("n1", nested));
  REQUIRE(answer != nullptr);
  CHECK(answer->failure().status == Status::usage);
  const wire::InSession broken{"default", "cart", "", wire::Kind::read, "\x91"};
  CHECK(cluster.answer(cluster.ask("n1", broken))->failure().status == Status::usage);
}

TEST_CASE("a node lets a bounded number of calls wait") {
  ProtocolCluster cluster(2);
  Session ann(cluster);
  ann.take<wire::WriteReply>(ann.put("n1", "cart", "bread"));
  CallId last = 0;
  for (std::size_t i = 0; i < 1025; ++i) last = ann.read("n2", "cart");
  CHECK(ann.failure(last).status == Status::unavailable);
  CHECK(ann.waits(last - 1));
  cluster.deliver_all();
  CHECK(ann.values(last - 1) == Strings{"bread"});
}

TEST_CASE("what a frontier costs: an actor's base, and floors instead of dead processes") {
  ProtocolCluster cluster(5);
  Session ann(cluster);
  for (int i = 0; i < 200; ++i) {
    const NodeId node("n" + std::to_string(i % 5 + 1));
    const CallId call = ann.put(node, "key-" + std::to_string(i), "v");
    cluster.deliver_all();
    ann.take<wire::WriteReply>(call);
  }
  const CallId read = ann.read("n1", "key-0");
  cluster.settle();
  ann.take<wire::ReadReply>(read);
  CHECK(ann.seen.size() <= 200);
  const DotSet seen = *wire::parse_frontier(ann.seen);
  for (const auto& [actor, counters] : seen.actors()) CHECK(counters.runs().size() == 1);
}
