#include "driver/scenario/sim_faults.hpp"

namespace kin::driver {

SimFaults::SimFaults(sim::SimCluster& cluster) : cluster_(cluster) {
  for (const NodeId& node : cluster.config().ids()) nodes_[node];
}

void SimFaults::apply(const NodeId& node, const wire::Fault& fault) {
  Switches& on = nodes_.at(node);
  switch (fault.action) {
    case wire::FaultAction::offline:
      on.offline = true;
      lose_what_waits(node);
      break;
    case wire::FaultAction::isolate:
      on.isolated = true;
      lose_what_waits(node);
      break;
    case wire::FaultAction::hold_gossip: on.holding = true; break;
    case wire::FaultAction::release_gossip: on.holding = false; break;
    case wire::FaultAction::link: {
      const NodeId peer(fault.peer);
      if (fault.drop_percent == 0 && fault.delay_ms == 0) {
        on.links.erase(peer);
      } else {
        on.links[peer] = {fault.drop_percent, fault.delay_ms};
      }
      break;
    }
    case wire::FaultAction::clear: on.links.clear(); [[fallthrough]];
    case wire::FaultAction::online: on.offline = on.isolated = on.holding = false; break;
  }
  set_links();
}

void SimFaults::process_ended(const NodeId& node) {
  lose_what_waits(node);
  nodes_[node] = {};
  set_links();
}

// A link is clogged once, whichever of its two ends holds: then what waits is taken to wait here.
void SimFaults::lose_what_waits(const NodeId& node) {
  if (!nodes_.at(node).holding) return;
  for (const auto& [peer, switches] : nodes_) {
    cluster_.network().lose_what_waits({node, peer});
    cluster_.network().lose_what_waits({peer, node});
  }
}

void SimFaults::set_links() {
  sim::SimNetwork& network = cluster_.network();
  for (const auto& [from, sender] : nodes_) {
    cluster_.keep_clients_away(from, sender.offline);
    for (const auto& [to, receiver] : nodes_) {
      if (from == to) continue;
      const sim::SimNetwork::Link link{from, to};
      sender.cut() || receiver.cut() ? network.cut(link) : network.join(link);
      const auto bad = sender.links.find(to);
      const Link is = bad == sender.links.end() ? Link{} : bad->second;
      network.spoil(link, is.drop_percent / 100.0, sim::Micros{is.delay_ms} * 1000);
      sender.holding || receiver.holding ? network.clog(link) : network.unclog(link);
    }
  }
}

}  // namespace kin::driver
