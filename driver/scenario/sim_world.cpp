#include "driver/scenario/sim_world.hpp"

#include <algorithm>
#include <memory>

#include "common/listed.hpp"

namespace kin::driver {

using std::chrono::milliseconds;

namespace {

// Drawn anew every time, so that seeds differ in who comes first and in what happens between two steps.
constexpr sim::Micros longest_start_of_kin_us = 3000;
constexpr sim::Micros longest_fault_command_us = 2000;
constexpr sim::Micros between_looks_us = 20'000;
constexpr milliseconds start_within{20'000};

ClusterConfig simulated(ClusterConfig config) {
  for (std::size_t i = 0; i < config.nodes.size(); ++i) {
    config.nodes[i].host = "sim";
    config.nodes[i].port = static_cast<std::uint16_t>(i + 1);
  }
  return config;
}

sim::Speed speed_for(const ClusterConfig& config) {
  sim::Speed speed;
  if (config.durability == Durability::os) {
    speed.sync_min_us = 5;
    speed.sync_max_us = 50;
  }
  return speed;
}

std::vector<std::string> who_misses_whom(const ClusterSurvey& survey) {
  std::vector<std::string> out;
  for (const SurveyedNode& node : survey.nodes) {
    if (!node.status) {
      out.push_back(node.name() + " does not answer");
      continue;
    }
    for (const wire::TierReport& tier : node.status->tiers)
      for (const wire::PeerReport& peer : tier.peers)
        if (peer.state != "reachable")
          out.push_back(node.name() + " does not see " + peer.member + " (" + peer.state + ')');
  }
  return out;
}

}  // namespace

SimWorld::SimWorld(const ClusterConfig& config, std::uint64_t seed)
    : nodes_(names_of(config)),
      cluster_(simulated(config), speed_for(config), seed, *this),
      rng_(seed ^ 0x5CE9A810),
      faults_(cluster_),
      clients_{cluster_, Rng(rng_.next()), {}, {}, {}} {}

World::Result SimWorld::start() { return wait(nodes_, start_within, "not all nodes see all others", who_misses_whom); }

void SimWorld::go_on(sim::Micros longest_us) {
  cluster_.agenda().run_until(cluster_.agenda().now() + 1 + rng_.below(longest_us));
}

// ------------------------------------------------------------------------------------------------ clients

std::vector<ClientAnswer> SimWorld::clients(const std::vector<ClientCall>& calls,
                                            const std::function<void()>& meanwhile) {
  std::vector<std::shared_ptr<SimKin>> running;
  for (const ClientCall& call : calls) {
    running.push_back(std::make_shared<SimKin>(clients_, call));
    cluster_.agenda().after(rng_.below(longest_start_of_kin_us), [kin = running.back()] { kin->begin(); });
  }
  const auto over = [](const auto& kin) { return kin->over(); };
  if (meanwhile) {
    while (!std::any_of(running.begin(), running.end(), over)) cluster_.agenda().run_next();
    meanwhile();
  }
  while (!std::all_of(running.begin(), running.end(), over)) cluster_.agenda().run_next();
  std::vector<ClientAnswer> answers;
  answers.reserve(running.size());
  for (const auto& kin : running) answers.push_back(kin->answer());
  return answers;
}

void SimWorld::reply_arrived(const Reply& reply) {
  const auto waits = clients_.awaiting.find(reply.to);
  if (waits == clients_.awaiting.end()) return;
  const auto took = waits->second;
  took(reply);
}

World::Result SimWorld::add_to_history(const std::string& line) {
  clients_.history += line + '\n';
  return {};
}

// ------------------------------------------------------------------------------------------------ faults

World::Result SimWorld::disturb(const std::string& name, NodeFault fault) {
  const NodeId node(name);
  go_on(longest_fault_command_us);
  const auto ask = [&](wire::FaultAction action) {
    wire::Fault request;
    request.action = action;
    return tell(node, request);
  };
  const auto down = [&] { return tl::unexpected(node + " is down already"); };
  switch (fault) {
    case NodeFault::offline: return ask(wire::FaultAction::offline);
    case NodeFault::online:
    case NodeFault::join: return ask(wire::FaultAction::online);
    case NodeFault::isolate: return ask(wire::FaultAction::isolate);
    case NodeFault::hold_gossip: return ask(wire::FaultAction::hold_gossip);
    case NodeFault::release_gossip: return ask(wire::FaultAction::release_gossip);
    case NodeFault::clear: return ask(wire::FaultAction::clear);
    case NodeFault::kill:
      if (!cluster_.up(node)) return down();
      kill(node);
      return {};
    case NodeFault::restart: return restart(node);
    case NodeFault::pause:
      if (!cluster_.up(node)) return down();
      if (cluster_.paused(node)) return tl::unexpected(node + " is paused already");
      cluster_.pause(node);
      return {};
    case NodeFault::resume:
      if (!cluster_.up(node)) return down();
      if (!cluster_.paused(node)) return tl::unexpected(node + " is not paused");
      cluster_.resume(node);
      return {};
    case NodeFault::lose_disk:
      kill(node);
      cluster_.lose_disk(node);
      return {};
  }
  return {};
}

World::Result SimWorld::link(const std::string& from, const std::string& to, std::uint32_t drop_percent,
                             std::uint32_t delay_ms) {
  go_on(longest_fault_command_us);
  return tell(NodeId(from), {wire::FaultAction::link, to, drop_percent, delay_ms});
}

World::Result SimWorld::tell(const NodeId& node, const wire::Fault& fault) {
  if (!cluster_.up(node)) return tl::unexpected(node + " is down already");
  if (cluster_.paused(node)) return tl::unexpected(node + " is paused and cannot be told");
  faults_.apply(node, fault);
  return {};
}

void SimWorld::kill(const NodeId& node) {
  cluster_.kill(node);
  faults_.process_ended(node);
}

// As with a process: over when the node answers.
World::Result SimWorld::restart(const NodeId& node) {
  kill(node);
  last_words_.erase(node);
  cluster_.start(node);
  while (!cluster_.can_be_told(node)) {
    if (last_words_.contains(node)) return tl::unexpected(node + " ended: " + last_words_[node]);
    cluster_.agenda().run_next();
  }
  return {};
}

// ------------------------------------------------------------------------------------------------ waiting

World::Result SimWorld::wait_converged(const std::vector<std::string>& nodes, milliseconds longest) {
  for (const std::string& node : nodes)
    if (!cluster_.up(NodeId(node))) return tl::unexpected(node + " is down, so it cannot converge with the others");
  return wait(nodes, longest, "not converged in time", why_not_converged);
}

World::Result SimWorld::wait(const std::vector<std::string>& nodes, milliseconds longest, const char* failed,
                             const std::function<std::vector<std::string>(const ClusterSurvey&)>& why_not) {
  const sim::Micros deadline = now_us() + static_cast<sim::Micros>(longest.count()) * 1000;
  while (true) {
    ClusterSurvey survey;
    for (const NodeConfig& node : cluster_.config().nodes) {
      if (std::find(nodes.begin(), nodes.end(), node.id) == nodes.end()) continue;
      SurveyedNode surveyed{{node.id, node.host, node.port}, std::nullopt, "it is down or paused"};
      if (cluster_.up(node.id) && !cluster_.paused(node.id)) {
        surveyed.status.emplace();
        surveyed.status->node = node.id;
        surveyed.status->tiers = cluster_.reports(node.id);
      }
      survey.nodes.push_back(std::move(surveyed));
    }
    const std::vector<std::string> reasons = why_not(survey);
    if (reasons.empty()) return {};
    if (now_us() >= deadline) return tl::unexpected(std::string(failed) + ": " + listed(reasons, "; "));
    cluster_.agenda().run_until(now_us() + between_looks_us);
  }
}

}  // namespace kin::driver
