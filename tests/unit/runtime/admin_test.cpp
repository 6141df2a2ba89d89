#include "node/runtime/admin.hpp"

#include "tests/unit/runtime/test_node.hpp"

using namespace kin;

TEST_CASE("status tells who the node is and what its tiers report") {
  Node node(enable_faults);
  node.ask(request_item(write_of("v")));
  node.time.ms += 300;
  const wire::StatusReply status = node.status();
  CHECK(status.node == "n1");
  CHECK(status.cluster == "demo");
  CHECK(status.version == "9.9");
  CHECK(status.incarnation == Incarnation{100, 1});
  CHECK(status.uptime_ms == 300);
  CHECK(status.faults_enabled);
  REQUIRE(status.tiers.size() == 1);
  CHECK(status.tiers[0].tier == "counter");
  CHECK(status.tiers[0].keys == 1);
}

TEST_CASE("removing a member reaches every tier") {
  Node node;
  CHECK(node.ask(request_item(wire::RemoveMember{"n3"})).envelope.kind == wire::Kind::done);
  CHECK(node.store.records().at("t/removed") == "n3");
  CHECK(node.refusal(request_item(wire::RemoveMember{"n9"})).status == Status::not_found);
  CHECK(node.refusal(request_item(wire::RemoveMember{"n1"})).status == Status::usage);
}

TEST_CASE("faults are denied unless allowed, and checked") {
  Node closed;
  CHECK(closed.refusal(request_item(wire::Fault{})).status == Status::denied);
  Node node(enable_faults);
  for (const wire::Fault& wrong :
       {wire::Fault{wire::FaultAction::link, "n9", 10, 0}, wire::Fault{wire::FaultAction::link, "n1", 10, 0},
        wire::Fault{wire::FaultAction::link, "n2", 101, 0}, wire::Fault{wire::FaultAction::link, "n2", 0, 700'000},
        wire::Fault{wire::FaultAction{99}, "", 0, 0}}) {
    CHECK(node.refusal(request_item(wrong)).status == Status::usage);
  }
}

TEST_CASE("faults that are carried out stand in the trace, refused ones do not") {
  Node node([](ClusterConfig& cluster) { enable_faults(cluster), enable_trace(cluster); });
  node.fault(wire::FaultAction::isolate);
  node.ask(request_item(wire::Fault{wire::FaultAction::link, "n2", 30, 20}));
  node.refusal(request_item(wire::Fault{wire::FaultAction::link, "n9", 10, 0}));
  std::istringstream trace(text_of(node.folder.path() + "/n1.trace"));
  std::vector<std::string> told;
  for (std::string line; std::getline(trace, line);) {
    const std::size_t at = line.find("} fault ");
    if (at != std::string::npos) told.push_back(line.substr(at + 8));
  }
  CHECK(told == std::vector<std::string>{"action=isolate", "action=link peer=n2 drop=30 delay_ms=20"});
}

TEST_CASE("an offline node hears nobody but status and fault commands") {
  Node node(enable_faults);
  node.fault(wire::FaultAction::offline);
  node.swallows(request_item(write_of("v")));
  node.swallows(peer_item("n2", "hello"));
  node.swallows(request_item(wire::RemoveMember{"n3"}));
  node.swallows("\xc1");
  CHECK(node.status().faults == std::vector<std::string>{"offline: neither clients nor peers reach this node"});
  node.fault(wire::FaultAction::online);
  CHECK(node.ask(request_item(write_of("v"))).as<wire::Done>().message == "1");
  CHECK(node.store.records().count("t/from/n2") == 0);
}

TEST_CASE("an isolated node serves its clients and reaches no peer") {
  Node node(enable_faults);
  node.fault(wire::FaultAction::isolate);
  CHECK(node.ask(request_item(write_of("v"))).as<wire::Done>().message == "1");
  CHECK(node.net.to_peers.empty());
  node.swallows(peer_item("n2", "hello"));
  CHECK(node.store.records().count("t/from/n2") == 0);
}

TEST_CASE("held messages of both directions go on after the release") {
  Node node(enable_faults);
  node.fault(wire::FaultAction::hold_gossip);
  node.ask(request_item(write_of("v")));
  CHECK(node.net.to_peers.empty());
  node.swallows(peer_item("n2", "hello"));
  CHECK(node.store.records().count("t/from/n2") == 0);
  node.fault(wire::FaultAction::release_gossip);
  CHECK(node.net.to_peers.size() == 2);
  node.turn();
  CHECK(node.store.records().at("t/from/n2") == "hello");
}

TEST_CASE("a slow link delays one peer only, and the loop wakes in time") {
  Node node(enable_faults);
  REQUIRE(node.ask(request_item(wire::Fault{wire::FaultAction::link, "n2", 0, 20})).envelope.kind == wire::Kind::done);
  node.ask(request_item(write_of("v")));
  REQUIRE(node.net.to_peers.size() == 1);
  CHECK(node.net.to_peers[0].first == "n3");
  node.turn();
  CHECK(node.net.last_wait_ms == 20);
  node.time.ms += 20;
  node.turn();
  REQUIRE(node.net.to_peers.size() == 1);
  CHECK(node.net.to_peers[0].first == "n2");
}
