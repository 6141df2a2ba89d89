// The faults of scenarios and of the command line, on real processes.
#pragma once

#include <string>

#include "driver/cluster/cluster.hpp"
#include "driver/scenario/scenario.hpp"

namespace kin::driver {

// Faults of the network are asked of the node, the others are done to its process. Waits until a restarted node
// answers.
Cluster::Result<void> disturb(Cluster& cluster, const std::string& node, NodeFault fault,
                              const Interrupted& interrupted);

}  // namespace kin::driver
