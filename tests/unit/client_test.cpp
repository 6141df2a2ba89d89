// The client's core against a node that the test itself plays.
#include "client/client.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "client/identity.hpp"

using namespace kin;
using namespace std::chrono_literals;

namespace {

// Holds a port on which nobody listens.
class DeadPort {
 public:
  DeadPort() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(fd_, any, size) == 0);
    REQUIRE(::getsockname(fd_, any, &size) == 0);
    endpoint_ = {"dead", "127.0.0.1", ntohs(address.sin_port)};
  }
  ~DeadPort() { ::close(fd_); }
  const Endpoint& endpoint() const { return endpoint_; }

 private:
  int fd_;
  Endpoint endpoint_;
};

struct Asked {
  RouterIdentity from;
  wire::Envelope envelope;
  std::string body;
};

class FakeNode {
 public:
  explicit FakeNode(std::string id) : id_(std::move(id)) {
    auto bound = NodeTransport::bind("127.0.0.1", 0, id_, 1500);
    REQUIRE(bound.has_value());
    transport_ = std::move(*bound);
  }

  Endpoint endpoint() const { return {NodeId(id_), "127.0.0.1", transport_->port()}; }
  std::size_t messages() const { return messages_; }

  // What has come, without waiting.
  void take(std::vector<Asked>& asked) {
    transport_->wait(0);
    RouterIdentity from;
    for (std::string frame; transport_->receive(from, frame);) {
      ++messages_;
      for (std::size_t offset = 0; offset < frame.size();) {
        const auto item = wire::next_item(frame, offset);
        REQUIRE(item.has_value());
        asked.push_back({from, item->envelope.owned(), std::string(item->body)});
      }
    }
  }

  template <class Body>
  void answer(const Asked& asked, wire::Kind kind, const Body& body) {
    wire::Envelope envelope;
    envelope.kind = kind;
    envelope.request_id = asked.envelope.request_id;
    envelope.sender = id_;
    std::string frame;
    wire::append_item(frame, envelope, body);
    REQUIRE(transport_->send_to_client(asked.from, frame));
  }
  void answer_bytes(const Asked& asked, std::string_view bytes) {
    REQUIRE(transport_->send_to_client(asked.from, bytes));
  }
  void answer_read(const Asked& asked, const std::string& value) {
    wire::ReadReply reply;
    reply.node = NodeId(id_);
    reply.siblings.push_back({value, {}, {{reply.node, {1, 1}}, 1}, "", 0, ""});
    answer(asked, wire::Kind::read_reply, reply);
  }

 private:
  std::string id_;
  std::unique_ptr<NodeTransport> transport_;
  std::size_t messages_ = 0;
};

ClientOptions within(std::chrono::milliseconds timeout) {
  ClientOptions options;
  options.name = "test";
  options.timeout = timeout;
  return options;
}

// Runs both sides until the condition holds. The longest time-out of these tests is far below the limit.
bool until(AsyncClient& client, std::vector<std::pair<FakeNode*, std::vector<Asked>*>> nodes,
           const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    client.poll(2ms);
    for (auto& [node, asked] : nodes) node->take(*asked);
  }
  return true;
}

wire::Read read_of(const std::string& key) { return {"default", key, {}}; }

wire::AddUpdate write_of(const std::string& key) {
  wire::AddUpdate request;
  request.bucket = "default";
  request.key = key;
  request.value = "v";
  return request;
}

wire::WriteReply written() {
  wire::WriteReply reply;
  reply.dot = {{"n1", {1, 1}}, 1};
  return reply;
}

OnOutcome into(std::optional<Outcome>& outcome) {
  return [&outcome](Outcome given) { outcome = std::move(given); };
}

const std::string& value_of(const Outcome& outcome) {
  return std::get<wire::ReadReply>(*outcome).siblings.front().value;
}

}  // namespace

TEST_CASE("requests of one turn share a message, and their answers may come in any order") {
  FakeNode node("n1");
  AsyncClient client({node.endpoint()}, within(10s));
  std::vector<Asked> asked;
  std::map<std::string, std::string> answers;
  for (const std::string key : {"a", "b", "c"}) {
    client.submit(read_of(key), [&answers, key](Outcome outcome) { answers[key] = value_of(outcome); });
  }
  CHECK(client.in_flight() == 3);
  REQUIRE(until(client, {{&node, &asked}}, [&] { return asked.size() == 3; }));
  CHECK(node.messages() == 1);
  CHECK(client.counters().messages_sent == 1);
  CHECK(asked[0].envelope.sender == "test");
  CHECK(asked[0].envelope.deadline_ms > 5'000);
  CHECK(asked[0].envelope.deadline_ms <= 10'000);
  for (auto it = asked.rbegin(); it != asked.rend(); ++it) {
    node.answer_read(*it, "value of " + wire::decode<wire::Read>(it->body)->key);
  }
  REQUIRE(until(client, {}, [&] { return client.in_flight() == 0; }));
  CHECK(answers == std::map<std::string, std::string>{{"a", "value of a"}, {"b", "value of b"}, {"c", "value of c"}});
}

TEST_CASE("a client that is told so sends each request in a message of its own") {
  FakeNode node("n1");
  ClientOptions options = within(10s);
  options.one_a_message = true;
  AsyncClient client({node.endpoint()}, options);
  std::vector<Asked> asked;
  for (const std::string key : {"a", "b", "c"}) client.submit(read_of(key), [](const Outcome&) {});
  REQUIRE(until(client, {{&node, &asked}}, [&] { return asked.size() == 3; }));
  CHECK(node.messages() == 3);
  CHECK(client.counters().messages_sent == 3);
  for (const Asked& one : asked) node.answer_read(one, "x");
  CHECK(until(client, {}, [&] { return client.in_flight() == 0; }));
}

TEST_CASE("a callback may submit the next request") {
  FakeNode node("n1");
  AsyncClient client({node.endpoint()}, within(10s));
  std::vector<Asked> asked;
  std::optional<Outcome> second;
  client.submit(read_of("a"), [&](Outcome) { client.submit(read_of("b"), into(second)); });
  REQUIRE(until(client, {{&node, &asked}}, [&] { return asked.size() == 1; }));
  node.answer_read(asked[0], "x");
  REQUIRE(until(client, {{&node, &asked}}, [&] { return asked.size() == 2; }));
  node.answer_read(asked[1], "y");
  REQUIRE(until(client, {}, [&] { return second.has_value(); }));
  CHECK(value_of(*second) == "y");
}

TEST_CASE("a dead endpoint is left for the next one, and the next request begins there") {
  DeadPort dead;
  FakeNode node("n2");
  AsyncClient client({dead.endpoint(), node.endpoint()}, within(1s));
  std::vector<Asked> asked;
  std::optional<Outcome> first, second;
  client.submit(write_of("a"), into(first));
  REQUIRE(until(client, {{&node, &asked}}, [&] { return asked.size() == 1; }));
  node.answer(asked[0], wire::Kind::write_reply, written());
  REQUIRE(until(client, {}, [&] { return first.has_value(); }));
  CHECK(first->has_value());

  const auto before = std::chrono::steady_clock::now();
  client.submit(read_of("a"), into(second));
  REQUIRE(until(client, {{&node, &asked}}, [&] { return asked.size() == 2; }));
  CHECK(std::chrono::steady_clock::now() - before < 500ms);  // the dead one's slice
}

TEST_CASE("a question without an answer is asked elsewhere, the late answer is nobody's") {
  FakeNode silent("n1"), node("n2");
  AsyncClient client({silent.endpoint(), node.endpoint()}, within(1s));
  std::vector<Asked> at_silent, at_node;
  std::optional<Outcome> outcome;
  client.submit(read_of("a"), into(outcome));
  REQUIRE(until(client, {{&silent, &at_silent}, {&node, &at_node}}, [&] { return !at_node.empty(); }));
  CHECK(at_silent.size() == 1);
  CHECK(at_node[0].envelope.request_id == at_silent[0].envelope.request_id);
  node.answer_read(at_node[0], "x");
  REQUIRE(until(client, {}, [&] { return outcome.has_value(); }));
  CHECK(value_of(*outcome) == "x");
  silent.answer_read(at_silent[0], "late");
  REQUIRE(until(client, {}, [&] { return client.counters().late == 1; }));
}

TEST_CASE("a write that was sent is never sent again, and its time-out is unknown") {
  FakeNode silent("n1"), node("n2");
  AsyncClient client({silent.endpoint(), node.endpoint()}, within(500ms));
  std::vector<Asked> at_silent, at_node;
  std::optional<Outcome> outcome;
  bool again = true;
  client.submit(write_of("a"), [&](Outcome given) {
    outcome = std::move(given);
    again = client.sent_again();
  });
  REQUIRE(until(client, {{&silent, &at_silent}, {&node, &at_node}}, [&] { return outcome.has_value(); }));
  CHECK(at_silent.size() == 1);
  CHECK(at_node.empty());
  CHECK_FALSE(again);
  REQUIRE_FALSE(outcome->has_value());
  CHECK(outcome->error().status == Status::timeout);
  CHECK(outcome->error().applied == Applied::unknown);
  CHECK(outcome->error().node.empty());
  CHECK(outcome->error().message ==
        "no answer from " + silent.endpoint().title() + " within 500 ms; it may have been applied, or may still be");
}

TEST_CASE("a write that names its operation is sent a second time, elsewhere, and no third time") {
  FakeNode silent("n1"), node("n2"), third("n3");
  AsyncClient client({silent.endpoint(), node.endpoint(), third.endpoint()}, within(1200ms));
  std::vector<Asked> at_silent, at_node, at_third;
  std::optional<Outcome> outcome;
  wire::AddUpdate request = write_of("a");
  request.operation = "once";
  bool again = false;
  client.submit(request, [&](Outcome given) {
    outcome = std::move(given);
    again = client.sent_again();
  });
  const auto both = [&] { return !at_node.empty() || outcome.has_value(); };
  REQUIRE(until(client, {{&silent, &at_silent}, {&node, &at_node}}, both));
  REQUIRE(at_silent.size() == 1);
  REQUIRE(at_node.size() == 1);
  CHECK(at_silent[0].body == at_node[0].body);
  SECTION("what the second node answers is the outcome") {
    node.answer(at_node[0], wire::Kind::write_reply, written());
    REQUIRE(until(client, {}, [&] { return outcome.has_value(); }));
    CHECK(outcome->has_value());
    CHECK(again);
  }
  SECTION("the first one may still answer") {
    silent.answer(at_silent[0], wire::Kind::write_reply, written());
    REQUIRE(until(client, {}, [&] { return outcome.has_value(); }));
    CHECK(outcome->has_value());
    CHECK(again);
  }
  const auto refuse = [](FakeNode& by, const Asked& asked, Status status) {
    by.answer(asked, wire::Kind::failure, Failure{status, Applied::no, "nothing", "", 0, 0});
  };
  const auto counted = [&](std::uint64_t replies) {
    return until(client, {}, [&] { return client.counters().replies == replies; });
  };
  SECTION("a refusal says nothing of the first, whose answer is the outcome") {
    refuse(node, at_node[0], Status::not_found);
    REQUIRE(counted(1));
    REQUIRE_FALSE(outcome.has_value());
    silent.answer(at_silent[0], wire::Kind::write_reply, written());
    REQUIRE(until(client, {}, [&] { return outcome.has_value(); }));
    CHECK(outcome->has_value());
  }
  SECTION("nor does one of the first say something of the second") {
    refuse(silent, at_silent[0], Status::unavailable);
    REQUIRE(counted(1));
    REQUIRE_FALSE(outcome.has_value());
    node.answer(at_node[0], wire::Kind::write_reply, written());
    REQUIRE(until(client, {}, [&] { return outcome.has_value(); }));
    CHECK(outcome->has_value());
  }
  SECTION("a refusal, and no answer of the first: unknown") {
    refuse(node, at_node[0], Status::not_found);
    REQUIRE(until(client, {{&third, &at_third}}, [&] { return outcome.has_value(); }));
    CHECK(outcome->error().status == Status::timeout);
    CHECK(outcome->error().applied == Applied::unknown);
    CHECK(outcome->error().message == "no answer from " + silent.endpoint().title() +
                                          " within 1200 ms; it may have been applied, or may still be; " +
                                          node.endpoint().title() + " refused a copy of it: nothing");
    CHECK(at_third.empty());
  }
  SECTION("both refuse: certainly not applied") {
    refuse(node, at_node[0], Status::not_found);
    REQUIRE(counted(1));
    refuse(silent, at_silent[0], Status::unavailable);
    REQUIRE(until(client, {}, [&] { return outcome.has_value(); }));
    CHECK(outcome->error().status == Status::unavailable);
    CHECK(outcome->error().applied == Applied::no);
  }
  SECTION("what is wrong with the request is wrong at each, and nobody waits") {
    refuse(node, at_node[0], Status::denied);
    REQUIRE(counted(1));
    REQUIRE(outcome.has_value());
    CHECK(outcome->error().status == Status::denied);
    CHECK(outcome->error().applied == Applied::unknown);
    CHECK(outcome->error().message.find(silent.endpoint().title()) != std::string::npos);
  }
  SECTION("no answer at all is unknown") {
    REQUIRE(until(client, {{&third, &at_third}}, [&] { return outcome.has_value(); }));
    CHECK(outcome->error().status == Status::timeout);
    CHECK(outcome->error().applied == Applied::unknown);
    CHECK(at_third.empty());
  }
}

TEST_CASE("a write that names its operation goes twice to the only node that there is") {
  FakeNode node("n1");
  AsyncClient client({node.endpoint()}, within(600ms));
  std::vector<Asked> asked;
  std::optional<Outcome> outcome;
  wire::AddUpdate request = write_of("a");
  request.operation = "once";
  client.submit(request, into(outcome));
  REQUIRE(until(client, {{&node, &asked}}, [&] { return outcome.has_value(); }));
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].body == asked[1].body);
}

TEST_CASE("no node within reach: certainly not applied, and the endpoints are named") {
  DeadPort one, two;
  AsyncClient client({one.endpoint(), two.endpoint()}, within(200ms));
  std::optional<Outcome> outcome;
  client.submit(write_of("a"), into(outcome));
  REQUIRE(until(client, {}, [&] { return outcome.has_value(); }));
  CHECK(outcome->error().status == Status::unavailable);
  CHECK(outcome->error().applied == Applied::no);
  CHECK(outcome->error().message ==
        "no node could be reached within 200 ms; tried " + one.endpoint().title() + ", " + two.endpoint().title());
}

TEST_CASE("a pinned request does not go elsewhere") {
  FakeNode node("n1");
  DeadPort dead;
  AsyncClient client({node.endpoint(), dead.endpoint()}, within(200ms));
  std::vector<Asked> asked;
  std::optional<Outcome> outcome;
  client.submit(wire::StatusQuery{}, into(outcome), 1);
  REQUIRE(until(client, {{&node, &asked}}, [&] { return outcome.has_value(); }));
  CHECK(asked.empty());
  CHECK(outcome->error().message == "no node could be reached within 200 ms; tried " + dead.endpoint().title());
}

TEST_CASE("a node's failure is handed on as it is") {
  FakeNode node("n1");
  AsyncClient client({node.endpoint()}, within(10s));
  std::vector<Asked> asked;
  std::optional<Outcome> outcome;
  client.submit(write_of("a"), into(outcome));
  REQUIRE(until(client, {{&node, &asked}}, [&] { return asked.size() == 1; }));
  node.answer(asked[0], wire::Kind::failure, Failure{Status::limit, Applied::no, "too long", "n1", 0, 0});
  REQUIRE(until(client, {}, [&] { return outcome.has_value(); }));
  CHECK(outcome->error().status == Status::limit);
  CHECK(outcome->error().node == "n1");
}

TEST_CASE("answers that do not fit are INTERNAL and unknown") {
  FakeNode node("n1");
  AsyncClient client({node.endpoint()}, within(10s));
  std::vector<Asked> asked;
  std::optional<Outcome> other_kind, wrong_body, newer;
  client.submit(write_of("a"), into(other_kind));
  client.submit(read_of("b"), into(wrong_body));
  client.submit(read_of("c"), into(newer));
  REQUIRE(until(client, {{&node, &asked}}, [&] { return asked.size() == 3; }));
  node.answer(asked[0], wire::Kind::keys_reply, wire::KeysReply{});
  node.answer(asked[1], wire::Kind::read_reply, wire::Done{"this is no read"});
  wire::Envelope future;
  future.version = wire::protocol_version + 1;
  future.request_id = asked[2].envelope.request_id;
  std::string frame;
  wire::append_item(frame, future, wire::Done{});
  node.answer_bytes(asked[2], frame);
  REQUIRE(until(client, {}, [&] { return client.in_flight() == 0; }));
  for (const auto* outcome : {&other_kind, &wrong_body, &newer}) {
    REQUIRE_FALSE((*outcome)->has_value());
    CHECK((*outcome)->error().status == Status::internal);
    CHECK((*outcome)->error().applied == Applied::unknown);
  }
}

TEST_CASE("bytes that are no message are counted and end nothing") {
  FakeNode node("n1");
  AsyncClient client({node.endpoint()}, within(10s));
  std::vector<Asked> asked;
  std::optional<Outcome> outcome;
  client.submit(read_of("a"), into(outcome));
  REQUIRE(until(client, {{&node, &asked}}, [&] { return asked.size() == 1; }));
  node.answer_bytes(asked[0], "\xdd\xff\xff\xff\xff");
  REQUIRE(until(client, {}, [&] { return client.counters().malformed == 1; }));
  node.answer_read(asked[0], "x");
  REQUIRE(until(client, {}, [&] { return outcome.has_value(); }));
  CHECK(value_of(*outcome) == "x");
}

TEST_CASE("a request that is larger than any message is not sent") {
  FakeNode node("n1");
  AsyncClient client({node.endpoint()}, within(10s));
  std::optional<Outcome> outcome;
  wire::AddUpdate request = write_of("a");
  request.value.assign(wire::max_message_bytes, 'x');
  client.submit(request, into(outcome));
  CHECK(client.in_flight() == 1);
  client.poll(0ms);
  REQUIRE(outcome.has_value());
  CHECK(outcome->error().status == Status::limit);
  CHECK(outcome->error().applied == Applied::no);
}

TEST_CASE("large requests travel in messages of their own") {
  FakeNode node("n1");
  AsyncClient client({node.endpoint()}, within(10s));
  std::vector<Asked> asked;
  wire::AddUpdate request = write_of("a");
  request.value.assign(700'000, 'x');
  for (int i = 0; i < 3; ++i) client.submit(request, [](Outcome) {});
  REQUIRE(until(client, {{&node, &asked}}, [&] { return asked.size() == 3; }));
  CHECK(node.messages() == 3);
}

TEST_CASE("an interrupt ends the waiting, and the call is unknown") {
  FakeNode silent("n1");
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], "", 1) == 1);
  ClientOptions options = within(60s);
  options.interrupt_fd = ends[0];
  Client client({silent.endpoint()}, options);
  const auto reply = client.add_update(write_of("a"));
  CHECK(client.interrupted());
  REQUIRE_FALSE(reply.has_value());
  CHECK(reply.error().applied == Applied::unknown);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("the blocking client draws operation ids, and an unmet W is applied and PARTIAL") {
  FakeNode node("n1");
  std::vector<Asked> asked;
  std::thread server([&] {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    std::size_t answered = 0;
    while (answered < 2 && std::chrono::steady_clock::now() < limit) {
      node.take(asked);
      for (; answered < asked.size(); ++answered) {
        wire::WriteReply reply = written();
        reply.got = 1;
        reply.wanted = 3;
        node.answer(asked[answered], wire::Kind::write_reply, reply);
      }
    }
  });
  Client client({node.endpoint()}, within(10s));
  const auto first = client.add_update(write_of("a"));
  const auto second = client.add_update(write_of("a"));
  server.join();
  REQUIRE(first.has_value());
  REQUIRE(second.has_value());
  CHECK(status_of(*first) == Status::partial);
  CHECK(exit_code(status_of(*first)) == 7);
  REQUIRE(asked.size() == 2);
  const auto one = wire::decode<wire::AddUpdate>(asked[0].body);
  const auto two = wire::decode<wire::AddUpdate>(asked[1].body);
  CHECK(one->operation.size() == 16);
  CHECK(one->operation != two->operation);
}

TEST_CASE("endpoints are read and printed") {
  const auto two = parse_endpoints("127.0.0.1:7001, [::1]:7002");
  REQUIRE(two.has_value());
  CHECK((*two)[0] == Endpoint{"", "127.0.0.1", 7001});
  CHECK((*two)[1] == Endpoint{"", "::1", 7002});
  CHECK((*two)[1].text() == "[::1]:7002");
  CHECK(Endpoint{"n1", "localhost", 7001}.title() == "n1 (localhost:7001)");
  for (const char* wrong : {"", "host", "host:", ":7001", "host:0", "host:65536", "host:1x", "::1:7001", "a:1,,b:2"}) {
    CHECK_FALSE(parse_endpoints(wrong).has_value());
  }
}

TEST_CASE("progress comes before the reply, leaves the request open, and does not move its deadline") {
  FakeNode node("n1");
  AsyncClient client({node.endpoint()}, within(1s));
  std::vector<Asked> asked;
  std::vector<std::uint64_t> told;
  std::optional<Outcome> outcome, never;
  const wire::TokenWrite write{"1020", "name", 0, 5, 100, true};
  const auto begun = std::chrono::steady_clock::now();
  const std::uint64_t id = client.submit(write, into(outcome));
  client.on_progress(id, [&](const wire::TokenProgress& progress) { told.push_back(progress.done); });
  const std::uint64_t unanswered = client.submit(write, into(never));
  client.on_progress(unanswered, [](const wire::TokenProgress&) {});
  REQUIRE(until(client, {{&node, &asked}}, [&] { return asked.size() == 2; }));
  for (const std::uint64_t done : {10, 20}) {
    node.answer(asked[0], wire::Kind::token_progress, wire::TokenProgress{done, 100});
    REQUIRE(until(client, {}, [&] { return told.size() == done / 10; }));
    CHECK(!outcome);
  }
  node.answer(asked[0], wire::Kind::token_reply, wire::TokenReply{"n1", "1020", std::nullopt, {}, 3, 3});
  REQUIRE(until(client, {}, [&] { return outcome.has_value(); }));
  CHECK(std::get<wire::TokenReply>(**outcome).id == "1020");
  CHECK(told == std::vector<std::uint64_t>{10, 20});

  node.answer(asked[0], wire::Kind::token_progress, wire::TokenProgress{30, 100});  // too late
  while (!never) {
    node.answer(asked[1], wire::Kind::token_progress, wire::TokenProgress{1, 100});
    client.poll(20ms);
    REQUIRE(std::chrono::steady_clock::now() - begun < 20s);
  }
  CHECK(told.size() == 2);
  REQUIRE(!*never);
  CHECK(never->error().status == Status::timeout);
  CHECK(never->error().applied == Applied::unknown);
  CHECK(client.counters().late > 0);
}

TEST_CASE("a token is read at another reader where one is silent, and written once only") {
  FakeNode silent("n1"), node("n2");
  AsyncClient client({silent.endpoint(), node.endpoint()}, within(1s));
  std::vector<Asked> at_silent, at_node;
  std::optional<Outcome> read, write;
  client.submit(wire::TokenRead{"1020"}, into(read));
  client.submit(wire::TokenWrite{"1020", "name", 0, 5, 100, false}, into(write));
  REQUIRE(until(client, {{&silent, &at_silent}, {&node, &at_node}}, [&] { return at_node.size() == 1; }));
  CHECK(at_silent.size() == 2);
  CHECK(at_node[0].envelope.kind == wire::Kind::token_read);
  node.answer(at_node[0], wire::Kind::token_reply, wire::TokenReply{"n2", "1020", std::nullopt, {}, 3, 3});
  REQUIRE(until(client, {{&silent, &at_silent}, {&node, &at_node}}, [&] { return read && write; }));
  CHECK(std::get<wire::TokenReply>(**read).node == "n2");
  REQUIRE(!*write);
  CHECK(write->error().status == Status::timeout);
  CHECK(at_node.size() == 1);
}

TEST_CASE("a node that was tried twice is named once") {
  const Endpoint one{{}, "127.0.0.1", 7001}, two{{}, "127.0.0.1", 7002};
  CHECK(never_reached({one, two, one}, std::chrono::milliseconds(200)).message ==
        "no node could be reached within 200 ms; tried " + one.title() + ", " + two.title());
}
