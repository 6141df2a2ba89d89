// A simulated cluster for tests that speak as scenario files do.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "common/cli/words.hpp"
#include "driver/scenario/command_words.hpp"
#include "driver/scenario/expectation.hpp"
#include "driver/scenario/runner.hpp"
#include "driver/scenario/sim_world.hpp"

namespace kin::driver {

inline ClusterConfig cluster_of(std::uint32_t nodes) {
  ClusterConfig config;
  for (std::uint32_t i = 1; i <= nodes; ++i) config.nodes.push_back({NodeId("n" + std::to_string(i)), "sim", 1});
  return config;
}

struct SmallWorld {
  explicit SmallWorld(std::uint32_t nodes = 3, std::uint64_t seed = 1) : world(cluster_of(nodes), seed) {
    REQUIRE(world.start());
  }

  // `line` as one types it behind `kin`.
  ClientAnswer kin(const std::string& node, const std::string& line) {
    return world.clients({{node, *split_words(line)}}, {}).front();
  }
  void does(const std::string& node, NodeFault fault) {
    const auto done = world.disturb(node, fault);
    INFO((done ? "" : done.error()));
    REQUIRE(done);
  }
  void converge() { converge(world.nodes()); }
  void converge(const std::vector<std::string>& nodes) {
    const auto done = world.wait_converged(nodes, std::chrono::seconds(60));
    INFO((done ? "" : done.error()));
    REQUIRE(done);
  }
  void idle_ms(std::uint64_t ms) { world.cluster().agenda().run_until(world.cluster().agenda().now() + ms * 1000); }
  // `apples [1,0,0]  pears [0,1,0]`
  std::string values(const std::string& node, const std::string& key = "k") {
    return print_values(kin(node, "read " + key));
  }
  // The same text on all nodes, which is returned.
  std::string values_everywhere(const std::string& key = "k") {
    const std::string first = values(world.nodes().front(), key);
    for (const std::string& node : world.nodes()) {
      INFO(node);
      CHECK(values(node, key) == first);
    }
    return first;
  }
  // Judges all that the clients did, with a last read of every key on every node.
  void check() {
    Scenario last;
    last.steps.push_back({0, "", CheckStep{}});
    const ScenarioReport report = Runner(world, {}, {}).run(last);
    for (const std::string& sentence : report.steps.front().wrong) UNSCOPED_INFO(sentence);
    CHECK(report.verdict == Verdict::held);
  }

  SimWorld world;
};

}  // namespace kin::driver
