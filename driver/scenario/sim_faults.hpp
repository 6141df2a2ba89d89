// The fault commands of nodes (node/runtime/fault_filter.hpp) on a simulated cluster, with the same meaning: what a
// node does to itself there is done to its links here.
#pragma once

#include <map>
#include <string>

#include "common/wire/requests.hpp"
#include "driver/sim/sim_cluster.hpp"

namespace kin::driver {

class SimFaults {
 public:
  // The cluster outlives this.
  explicit SimFaults(sim::SimCluster& cluster);

  // `node` is up. `fault` has been checked, as for FaultFilter::apply.
  void apply(const NodeId& node, const wire::Fault& fault);
  // Faults end with the process that had them, and what it held is lost.
  void process_ended(const NodeId& node);

 private:
  struct Link {
    std::uint32_t drop_percent = 0;
    std::uint32_t delay_ms = 0;
  };
  struct Switches {
    bool offline = false, isolated = false, holding = false;
    std::map<NodeId, Link> links;  // by peer

    bool cut() const { return offline || isolated; }
  };

  void lose_what_waits(const NodeId& node);
  void set_links();

  sim::SimCluster& cluster_;
  std::map<NodeId, Switches> nodes_;
};

}  // namespace kin::driver
