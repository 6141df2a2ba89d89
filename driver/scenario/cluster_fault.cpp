#include "driver/scenario/cluster_fault.hpp"

namespace kin::driver {

Cluster::Result<void> disturb(Cluster& cluster, const std::string& node, NodeFault fault,
                              const Interrupted& interrupted) {
  auto ask = [&](wire::FaultAction action) {
    wire::Fault request;
    request.action = action;
    return cluster.fault(node, request);
  };
  switch (fault) {
    case NodeFault::offline: return ask(wire::FaultAction::offline);
    case NodeFault::online:
    case NodeFault::join: return ask(wire::FaultAction::online);
    case NodeFault::isolate: return ask(wire::FaultAction::isolate);
    case NodeFault::hold_gossip: return ask(wire::FaultAction::hold_gossip);
    case NodeFault::release_gossip: return ask(wire::FaultAction::release_gossip);
    case NodeFault::clear: return ask(wire::FaultAction::clear);
    case NodeFault::kill: return cluster.kill(node);
    case NodeFault::restart: return cluster.restart(node, interrupted);
    case NodeFault::pause: return cluster.pause(node);
    case NodeFault::resume: return cluster.resume(node);
    case NodeFault::lose_disk: return cluster.lose_disk(node);
  }
  return {};
}

}  // namespace kin::driver
