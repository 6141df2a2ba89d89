#include "node/runtime/intake.hpp"

#include "tests/unit/runtime/test_node.hpp"

using namespace kin;

TEST_CASE("requests find their tier, or are refused with a reason") {
  Node node;
  CHECK(node.ask(request_item(write_of("v", "other"))).envelope.kind == wire::Kind::done);
  CHECK(node.ask(request_item(wire::StatusQuery{}, 1, CounterTier::own_kind)).as<wire::Done>().message == "owned");
  const Failure no_bucket = node.refusal(request_item(write_of("v", "nowhere")));
  CHECK(no_bucket.status == Status::usage);
  CHECK(no_bucket.applied == Applied::no);
  CHECK(no_bucket.message == "no bucket nowhere, there are: default, other");
  CHECK(no_bucket.node == "n1");
  CHECK(node.refusal(request_item(write_of("v", ""))).status == Status::usage);
  // All buckets: the first tier serves it; this one calls it malformed.
  CHECK(node.refusal(request_item(wire::Conflicts{})).message == "malformed request: garbage");
  for (const unsigned kind : {50u, 65u, 200u, 65535u}) {
    CHECK(node.refusal(request_item(write_of("v"), 1, wire::Kind{static_cast<std::uint16_t>(kind)})).status ==
          Status::unsupported);
  }
}

TEST_CASE("a body that is not what its kind says is answered, counted, and logged once") {
  Node node;
  for (int i = 0; i < 3; ++i) {
    CHECK(node.refusal(request_item(std::string("text"), 1, wire::Kind::read)).status == Status::usage);
  }
  CHECK(node.refusal(request_item(std::string("text"), 1, wire::Kind::fault)).status == Status::usage);
  CHECK(node.refusal(request_item(std::string("text"), 1, wire::Kind::remove_member)).status == Status::usage);
  CHECK(node.counter("malformed") == 5);
  CHECK(node.log.count("message from tester: malformed") == 1);
}

TEST_CASE("S-69: a request cut off at any byte never ends or stalls the node") {
  Node node;
  const std::string whole = request_item(write_of("value"), 4711);
  std::size_t answered = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    node.give(whole.substr(0, size));
    const auto replies = node.turn();
    for (const ParsedItem& reply : replies) {
      CHECK(reply.as<Failure>().status == Status::usage);
      CHECK(reply.envelope.request_id == 4711);
    }
    answered += replies.size();
  }
  // From the byte on which completes the envelope.
  CHECK(answered >= wire::encode(write_of("value")).size());
  CHECK(answered < whole.size());
  CHECK(node.counter("malformed") == whole.size());
  CHECK(node.ask(whole).as<wire::Done>().message == "1");
}

TEST_CASE("S-70: depth bombs, huge announced lengths, wrong types and rubbish are swallowed") {
  Node node;
  const std::string envelope = [] {
    wire::Envelope e;
    e.kind = wire::Kind::add_update;
    e.sender = "tester";
    return wire::encode(e);
  }();
  const std::string bomb(1'000'000, '\x91');
  node.swallows(bomb);
  for (const std::string& body : {bomb, std::string("\xdd\xff\xff\xff\xff", 5), std::string("\xdf\xff\xff\xff\xff", 5),
                                  std::string("\xc6\xff\xff\xff\xff", 5), std::string("\xdb\x7f\xff\xff\xff", 5),
                                  std::string("\xc1"), std::string("\x93\x01\x02\x03")}) {
    node.swallows(body);
    CHECK(node.refusal(envelope + body).status == Status::usage);
  }
  node.swallows("GET / HTTP/1.1\r\n\r\n");
  node.swallows(std::string(100'000, '\0'));
  CHECK(node.ask(request_item(write_of("v"))).envelope.kind == wire::Kind::done);
}

TEST_CASE("a newer version is told so, with both versions and its request id") {
  Node node;
  wire::Envelope envelope;
  envelope.version = 2;
  envelope.kind = wire::Kind{777};
  envelope.request_id = 12;
  std::string message;
  wire::append_item(message, envelope, wire::StatusQuery{});
  node.give(message);
  const auto replies = node.turn();
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].envelope.request_id == 12);
  CHECK(replies[0].as<Failure>().status == Status::unsupported);
  CHECK(replies[0].as<Failure>().message == "this node cannot read protocol version 2, newer than 1");
  CHECK(node.counter("newer_version") == 1);
}

TEST_CASE("another cluster's client is refused, its peers are not heard") {
  Node node;
  wire::Envelope envelope;
  envelope.cluster = "elsewhere";
  envelope.kind = wire::Kind::add_update;
  envelope.sender = "tester";
  std::string message;
  wire::append_item(message, envelope, write_of("v"));
  CHECK(node.refusal(message).message == "this node belongs to cluster demo, not to elsewhere");
  node.swallows(peer_item("n2", "hello", 9, "elsewhere"));
  node.swallows(peer_item("n2", "hello", 9, "elsewhere"));
  CHECK(node.counter("other_cluster") == 3);
  CHECK(node.log.count("message from n2: other cluster") == 1);
  CHECK(node.store.records().count("t/from/n2") == 0);
}

TEST_CASE("only other members are heard as peers") {
  Node node;
  node.swallows(peer_item("n2", "hello"));
  CHECK(node.store.records().at("t/from/n2") == "hello");
  node.swallows(peer_item("n1", "myself"));
  node.swallows(peer_item("stranger", "hello"));
  node.swallows(peer_item("", "hello"));
  CHECK(node.counter("not_a_member") == 3);
  node.swallows(peer_item("n2", "hello", 10));  // a tier that is not hosted
  node.swallows(peer_item("n3", "garbage"));
  CHECK(node.counter("malformed") == 2);
  CHECK(node.log.count("message from n3: malformed: garbage from a peer") == 1);
}

TEST_CASE("a failure sent to a node is not answered") {
  Node node;
  node.swallows(request_item(Failure{}, 1, wire::Kind::failure));
  CHECK(node.counter("malformed") == 1);
}

TEST_CASE("names and clocks that are too long are refused before anything is kept of them") {
  Node node;
  wire::Envelope envelope;
  envelope.kind = wire::Kind::add_update;
  envelope.sender = std::string(1'000'000, 'x');
  std::string message;
  wire::append_item(message, envelope, write_of("v"));
  CHECK(node.refusal(message).status == Status::usage);
  envelope.sender = "n2";
  envelope.kind = wire::Kind::peer;
  envelope.cluster = "demo";
  for (int i = 0; i < 100'000; ++i) envelope.clock["n2." + std::to_string(i)] = 1;
  message.clear();
  wire::append_item(message, envelope, PeerBody{9, "hello"});
  node.swallows(message);
  CHECK(node.counter("malformed") == 2);
}

TEST_CASE("complaints are bounded, whoever they are about") {
  Node node;
  for (int i = 0; i < 3000; ++i) node.give("\xc1", "connection" + std::to_string(i));
  while (!node.net.incoming.empty()) node.turn();
  CHECK(node.log.count("malformed") == Complaints::most_remembered);
  CHECK(node.counter("malformed") == 3000);
}

TEST_CASE("calls that nobody answers are forgotten, and too many are refused") {
  Node node;
  std::string many;
  for (std::size_t i = 0; i < Intake::most_items; ++i) many += request_item(write_of("silence"), i);
  node.give(many);
  CHECK(node.turn().empty());
  const Failure failure = node.refusal(request_item(write_of("v")));
  CHECK(failure.status == Status::unavailable);
  CHECK(failure.applied == Applied::no);
  node.time.ms += node.cluster.request_ms + CallTable::grace_ms + 1;
  node.turn();
  CHECK(node.ask(request_item(write_of("v"))).envelope.kind == wire::Kind::done);
  CHECK(node.counter("calls_expired") == Intake::most_items);
}
