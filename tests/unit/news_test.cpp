// What a causal node tells in its trace beside calls and messages.
#include <catch2/catch.hpp>

#include "tests/protocol_cluster.hpp"

using namespace kin;
using Lines = std::vector<std::string>;

namespace {

// The events of one node behind the first `skip` ones, writes left out.
Lines told(const ProtocolCluster& cluster, const NodeId& node) {
  Lines out;
  for (const TraceEvent& event : cluster.traced(node)) {
    if (event.name == "add_update" || event.name == "delete") continue;
    std::string line(event.name);
    for (const auto& [field, text] : event.fields) line.append(" ").append(field).append("=").append(text);
    out.push_back(line);
  }
  return out;
}

}  // namespace

TEST_CASE("what arrives is told once, with its dots, and not at the node that wrote it") {
  ProtocolCluster cluster(3);
  for (const char* value : {"a", "b", "c"}) cluster.put("n1", "k", value);
  cluster.put("n1", "other", "d");
  CHECK(told(cluster, "n2").empty());
  cluster.settle();
  CHECK(told(cluster, "n1").empty());
  Lines dots;
  for (const std::string& line : told(cluster, "n2")) {
    REQUIRE(line.rfind("learn dots=n1.1:", 0) == 0);
    dots.push_back(line.substr(16));
  }
  CHECK(dots == Lines{"1", "2", "3", "4"});
}

TEST_CASE("many writes that arrive together are told as runs") {
  ProtocolCluster cluster(2);
  cluster.isolate("n2");
  for (int i = 0; i < 4; ++i) cluster.put("n1", "k" + std::to_string(i), "v");
  cluster.deliver_all();
  cluster.heal();
  cluster.settle();
  CHECK(told(cluster, "n2") == Lines{"learn dots=n1.1:1-4"});
}

TEST_CASE("a conflict is told where it begins, changes and ends, at each node") {
  ProtocolCluster cluster(3);
  for (const char* node : {"n1", "n2", "n3"}) cluster.isolate(node);
  cluster.put("n1", "k", "apples");
  cluster.put("n2", "k", "pears");
  cluster.put("n3", "k", "plums");
  cluster.deliver_all();
  cluster.heal();
  cluster.settle();
  CHECK(told(cluster, "n1").size() == 4);
  Lines conflicts;
  for (const std::string& line : told(cluster, "n1")) {
    if (line.rfind("conflict", 0) == 0) conflicts.push_back(line);
  }
  REQUIRE(conflicts.size() == 2);
  CHECK(conflicts[0].rfind("conflict-begin bucket=default key=k siblings=2 dots=n1.1:1,n", 0) == 0);
  CHECK(conflicts[1] == "conflict-change bucket=default key=k siblings=3 dots=n1.1:1,n2.1:1,n3.1:1");
  cluster.put("n2", "k", "all", cluster.get("n2", "k").context);
  cluster.settle();
  for (const NodeId& node : cluster.ids()) {
    CHECK(told(cluster, node).back() == "conflict-end bucket=default key=k siblings=1 dots=n2.1:2");
  }
}

TEST_CASE("writes that replace what they have seen are no conflicts") {
  ProtocolCluster cluster(2);
  cluster.put("n1", "k", "a");
  cluster.settle();
  cluster.put("n2", "k", "b");
  cluster.erase("n2", "k");
  cluster.settle();
  for (const NodeId& node : cluster.ids()) {
    for (const std::string& line : told(cluster, node)) CHECK(line.rfind("learn ", 0) == 0);
  }
}
