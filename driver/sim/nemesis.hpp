// Makes things go wrong: draws a fault, whom it hits and for how long, one after the other, until it is told to stop;
// then everything is made whole again.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "driver/sim/options.hpp"
#include "driver/sim/sim_cluster.hpp"

namespace kin::sim {

// Whose disk may be lost or restored in this run, unless every disk may.
NodeId forgetful_node(const Options& options);

class Nemesis {
 public:
  Nemesis(const Options& options, SimCluster& cluster);

  void start();
  // No new faults; links flow, disks work, clocks are right, all nodes that are not gone for ever run.
  void stop_and_heal();

  const std::array<std::uint64_t, fault_kinds>& counts() const { return counts_; }

 private:
  void next();
  bool strike(Fault fault);
  bool strike_process(Fault fault);
  bool strike_network(Fault fault);
  bool strike_disk(Fault fault);
  bool remove_one();
  void remove_at(const NodeId& admin);

  const NodeId& anyone();
  Micros a_while();
  void later(std::function<void()> undo);
  void start_later(const NodeId& node);
  void cut_for_a_while(const std::vector<SimNetwork::Link>& links);
  void flap(const SimNetwork::Link& link, int times);
  std::vector<SimNetwork::Link> between(const std::vector<NodeId>& some, const std::vector<NodeId>& others) const;
  std::vector<NodeId> shuffled();
  void take_backup();

  const Options options_;
  SimCluster& cluster_;
  Rng rng_;
  std::vector<NodeId> nodes_;
  const NodeId forgetful_;
  std::vector<Fault> menu_;
  bool stopped_ = false;
  std::optional<NodeId> removed_;
  std::map<NodeId, MemoryStore> backups_;
  std::array<std::uint64_t, fault_kinds> counts_{};
};

}  // namespace kin::sim
