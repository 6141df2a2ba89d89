// Scenarios on a simulated cluster, in virtual time. The same seed gives the same world, whatever the real clock says.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "client/cluster_survey.hpp"
#include "common/config/cluster_config.hpp"
#include "driver/scenario/sim_faults.hpp"
#include "driver/scenario/sim_kin.hpp"
#include "driver/scenario/world.hpp"

namespace kin::driver {

class SimWorld : public World, private sim::Watcher {
 public:
  // Nodes, buckets, limits and times as in `config`. The tiers of all buckets must be there.
  SimWorld(const ClusterConfig& config, std::uint64_t seed);

  // Lets the world go on until all nodes see all others, as a cluster of processes does when it starts.
  Result start();
  // For what no step of a scenario can say.
  sim::SimCluster& cluster() { return cluster_; }

  const std::vector<std::string>& nodes() const override { return nodes_; }
  std::vector<ClientAnswer> clients(const std::vector<ClientCall>& calls,
                                    const std::function<void()>& meanwhile) override;
  Result disturb(const std::string& node, NodeFault fault) override;
  Result link(const std::string& from, const std::string& to, std::uint32_t drop_percent,
              std::uint32_t delay_ms) override;
  Result wait_converged(const std::vector<std::string>& nodes, std::chrono::milliseconds longest) override;
  std::chrono::milliseconds elapsed() override { return std::chrono::milliseconds(now_us() / 1000); }
  tl::expected<std::string, std::string> history() const override { return clients_.history; }
  Result add_to_history(const std::string& line) override;

 private:
  void stepped(const NodeId&, const std::vector<Reply>&) override {}
  void settled(const NodeId&, bool) override {}
  void reply_arrived(const Reply& reply) override;
  void forgot(const NodeId&) override {}
  void refused(const NodeId& node, const std::string& why) override { last_words_[node] = why; }

  sim::Micros now_us() { return cluster_.agenda().now(); }
  void go_on(sim::Micros longest_us);
  Result wait(const std::vector<std::string>& nodes, std::chrono::milliseconds longest, const char* failed,
              const std::function<std::vector<std::string>(const ClusterSurvey&)>& why_not);
  Result tell(const NodeId& node, const wire::Fault& fault);
  Result restart(const NodeId& node);
  void kill(const NodeId& node);

  std::vector<std::string> nodes_;
  std::map<NodeId, std::string> last_words_;  // of processes that would not go on
  sim::SimCluster cluster_;
  Rng rng_;
  SimFaults faults_;
  SimClients clients_;
};

}  // namespace kin::driver
