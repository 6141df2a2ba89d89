// A node of the counter tier on stand-ins, driven turn by turn.
#pragma once

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>

#include "tests/temporary_folder.hpp"
#include "tests/unit/runtime/test_world.hpp"

namespace kin {

struct Node {
  FailingStore store;
  ClusterConfig cluster = counter_cluster();
  Rng rng{1};
  FaultFilter faults{rng};
  ManualTime time;
  ListTransport net;
  ListLog log;
  ListJobs jobs;
  HeldCommits commits{store};
  TemporaryFolder folder;
  std::unique_ptr<CausalTrace> trace;
  std::unique_ptr<ReplicaHost> host;
  std::unique_ptr<NodeLoop> loop;

  explicit Node(const std::function<void(ClusterConfig&)>& change = [](ClusterConfig&) {}) {
    change(cluster);
    trace =
        cluster.trace ? *CausalTrace::open(folder.path() + "/n1.trace", "n1.1", names_of(cluster)) : CausalTrace::off();
    host = *ReplicaHost::open(store, cluster, Actor{"n1", {100, 1}}, counter_tiers(), rng);
    loop = std::make_unique<NodeLoop>(NodeParts{*host, net, faults, *trace, log, time, jobs, commits, "9.9"});
    REQUIRE(!loop->start());
  }

  void give(const std::string& message, const std::string& from = "c") { net.incoming.emplace_back(from, message); }

  // One turn, and the replies to clients in it.
  std::vector<ParsedItem> turn() {
    net.to_clients.clear();
    net.to_peers.clear();
    REQUIRE(!loop->turn());
    return replies();
  }
  // What has left for clients since the last turn() began.
  std::vector<ParsedItem> replies() const {
    std::vector<ParsedItem> out;
    for (const auto& [to, message] : net.to_clients) {
      for (ParsedItem& item : items_of(message)) out.push_back(std::move(item));
    }
    return out;
  }
  ParsedItem ask(const std::string& message) {
    give(message);
    auto replies = turn();
    REQUIRE(replies.size() == 1);
    return replies.front();
  }
  Failure refusal(const std::string& message) {
    const ParsedItem reply = ask(message);
    REQUIRE(reply.envelope.kind == wire::Kind::failure);
    return reply.as<Failure>();
  }
  // Nobody is answered, and the node goes on.
  void swallows(const std::string& message) {
    give(message);
    CHECK(turn().empty());
  }
  wire::StatusReply status() { return ask(request_item(wire::StatusQuery{}, 99)).as<wire::StatusReply>(); }
  std::uint64_t counter(const std::string& name) {
    const wire::StatusReply reply = status();
    for (const auto& [key, value] : reply.counters) {
      if (key == name) return value;
    }
    FAIL("no counter " + name);
    return 0;
  }
  void fault(wire::FaultAction action) {
    wire::Fault fault;
    fault.action = action;
    REQUIRE(ask(request_item(fault)).envelope.kind == wire::Kind::done);
  }
};

// What a file holds.
inline std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

inline void enable_faults(ClusterConfig& cluster) { cluster.faults_enabled = true; }
inline void enable_trace(ClusterConfig& cluster) { cluster.trace = true; }

}  // namespace kin
