#include "driver/commands/cluster_commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "client/commands/terminal.hpp"
#include "client/render/bytes.hpp"
#include "client/render/json.hpp"
#include "client/render/palette.hpp"
#include "client/render/table.hpp"
#include "common/listed.hpp"
#include "driver/cluster/cluster.hpp"
#include "driver/commands/complaint.hpp"
#include "driver/commands/interrupt.hpp"
#include "driver/scenario/cluster_fault.hpp"
#include "node/protocols/registry.hpp"

namespace kin::driver {

namespace {

constexpr std::uint32_t default_nodes = 5;

// As many as the folder's cluster had, if there are data of one.
std::uint32_t nodes_before(const std::string& dir) {
  const auto config = load_cluster_config(cluster_file(dir), {});
  if (!config || nodes_with_data(dir).empty()) return default_nodes;
  return static_cast<std::uint32_t>(config->nodes.size());
}

std::vector<std::string> known_tiers() {
  std::vector<std::string> out;
  for (const auto& entry : protocols()) out.emplace_back(entry.name);
  return out;
}

// How a command of a cluster ends: for people, or as one object for programs, and then all else that is said on the way
// goes to standard error.
class Ending {
 public:
  explicit Ending(bool json) : json_(json) {}

  std::ostream& on_the_way() const { return json_ ? std::cerr : std::cout; }
  int failed(const Failure& failure) const {
    if (interrupted() && !json_) return interrupted_exit_code;
    const int code = complain(failure, json_);
    return interrupted() ? interrupted_exit_code : code;
  }
  // Of these nodes.
  int done(const std::vector<std::string>& nodes, const std::string& sentence) const {
    std::cout << (json_ ? json::done(nodes, {}, sentence) : sentence + '\n');
    return 0;
  }

 private:
  bool json_;
};

bool removed(const ClusterSurvey& survey, const SurveyedNode& node) {
  return state_of(survey, node) == NodeState::removed;
}

struct SeenPeers {
  std::size_t seen = 0, others = 0;  // without those that were removed

  std::string text() const { return std::to_string(seen) + " of " + std::to_string(others); }
};

// Of its peers, how many a node has heard from lately.
SeenPeers seen_peers(const ClusterSurvey& survey, const wire::StatusReply& status) {
  const auto gone = std::count_if(survey.nodes.begin(), survey.nodes.end(),
                                  [&](const SurveyedNode& node) { return removed(survey, node); });
  const std::size_t others = survey.nodes.size() - 1 - static_cast<std::size_t>(gone);
  std::size_t reachable = others;
  for (const wire::TierReport& tier : status.tiers) {
    if (tier.peers.empty()) continue;  // it does not watch them
    const auto count = static_cast<std::size_t>(std::count_if(
        tier.peers.begin(), tier.peers.end(), [](const auto& peer) { return peer.state == "reachable"; }));
    reachable = std::min(reachable, count);
  }
  return {reachable, others};
}

void print_table(const Cluster& cluster, const ClusterSurvey& survey) {
  Table table({"node", "process", "pid", "endpoint", "incarnation", "keys", "sees", "faults"}, {"pid", "keys"});
  for (const SurveyedNode& node : survey.nodes) {
    const std::string id = node.name();
    const ProcessState state = cluster.process_state(id);
    const auto process = cluster.process(id);
    const std::string pid = state == ProcessState::gone || !process ? "-" : std::to_string(process->pid);
    if (removed(survey, node)) {
      table.row({id, name(state), pid, node.endpoint.text(), "-", "-", "-", "removed for ever"});
    } else if (node.status) {
      const wire::StatusReply& status = *node.status;
      table.row({id, name(state), pid, node.endpoint.text(), to_string(Actor{status.node, status.incarnation}),
                 std::to_string(keys_of(status)), seen_peers(survey, status).text(), listed(faults_of(status), "; ")});
    } else {
      table.row({id, name(state), pid, node.endpoint.text(), "-", "-", "-",
                 state == ProcessState::gone ? "" : "does not answer"});
    }
  }
  std::cout << table.fit(terminal_columns(STDOUT_FILENO), {"faults", "sees", "endpoint"}).print(Palette());
  const auto reasons = why_not_converged(survey);
  std::cout << (reasons.empty() ? "All nodes have taken in the same updates."
                                : "Not converged: " + listed(reasons, "; "))
            << '\n';
}

void print_json(const Cluster& cluster, const ClusterSurvey& survey) {
  nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
  for (const SurveyedNode& node : survey.nodes) {
    const ProcessState state = cluster.process_state(node.name());
    const auto process = cluster.process(node.name());
    nlohmann::ordered_json one{{"node", node.name()},
                               {"process", name(state)},
                               {"state", to_string(state_of(survey, node))},
                               {"pid", nullptr},
                               {"endpoint", node.endpoint.text()}};
    if (process && state != ProcessState::gone) one["pid"] = process->pid;
    if (node.status) {
      one["incarnation"] = to_string(Actor{node.status->node, node.status->incarnation});
      one["keys"] = keys_of(*node.status);
      one["sees"] = seen_peers(survey, *node.status).seen;
      one["faults"] = faults_of(*node.status);
    }
    nodes.push_back(std::move(one));
  }
  const auto reasons = why_not_converged(survey);
  const nlohmann::ordered_json all{{"dir", cluster.run()},
                                   {"config", cluster_file(cluster.run())},
                                   {"converged", reasons.empty()},
                                   {"why_not", reasons},
                                   {"nodes", std::move(nodes)}};
  std::cout << all.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace

int up(const UpCommand& command) {
  catch_interrupts();
  const Ending ending(command.json);
  ClusterRecipe recipe;
  recipe.nodes = command.nodes.value_or(command.fresh ? default_nodes : nodes_before(command.dir));
  recipe.like = command.like;
  recipe.durability = command.durability;
  recipe.tiers = known_tiers();
  StartOptions options;
  options.fresh = command.fresh;
  options.set_aside_damaged = command.set_aside_damaged;
  auto cluster = Cluster::start(
      command.dir, recipe, options, [&](const std::string& sentence) { ending.on_the_way() << sentence << std::endl; },
      interrupted);
  if (!cluster) return ending.failed(cluster.error());
  for (const std::string& note : cluster->notes()) ending.on_the_way() << note << '\n';
  for (const std::string& node : names_of(cluster->config()))
    for (const std::string& line : cluster->words_of(node)) ending.on_the_way() << line << '\n';
  if (command.json) {
    print_json(*cluster, cluster->survey());
  } else {
    print_table(*cluster, cluster->survey());
    const std::string kin = "  kin --config " + shell_word(cluster_file(command.dir));
    std::cout << "To use it:\n" << kin << " --node n1 add_update cart apples\n" << kin << " --node n2 read cart\n";
  }
  return 0;
}

int down(const std::string& dir, bool json) {
  const Ending ending(json);
  auto cluster = Cluster::attach(dir, Cluster::Access::change);
  if (!cluster) return ending.failed(cluster.error());
  const std::vector<std::string> nodes = names_of(cluster->config());
  cluster->end([&](const std::string& sentence) { ending.on_the_way() << sentence << std::endl; });
  return json ? ending.done(nodes, "the cluster has ended") : 0;
}

int status(const std::string& dir, bool json) {
  auto cluster = Cluster::attach(dir, Cluster::Access::look);
  if (!cluster) return Ending(json).failed(cluster.error());
  const ClusterSurvey survey = cluster->survey();
  json ? print_json(*cluster, survey) : print_table(*cluster, survey);
  return 0;
}

int disturb(const std::string& dir, const std::string& node, NodeFault fault, bool json) {
  catch_interrupts();
  const Ending ending(json);
  auto cluster = Cluster::attach(dir, Cluster::Access::change);
  if (!cluster) return ending.failed(cluster.error());
  if (const auto done = disturb(*cluster, node, fault, interrupted); !done) return ending.failed(done.error());
  return ending.done({node}, std::string(name(fault)) + ' ' + node + ": done");
}

int restart(const RestartCommand& command) {
  catch_interrupts();
  const Ending ending(command.json);
  auto cluster = Cluster::attach(command.dir, Cluster::Access::change);
  if (!cluster) return ending.failed(cluster.error());
  const auto done = cluster->restart(command.node, interrupted, command.set_aside_damaged);
  if (!done) return ending.failed(done.error());
  for (const std::string& line : cluster->words_of(command.node)) ending.on_the_way() << line << '\n';
  return ending.done({command.node}, "restart " + command.node + ": done");
}

int toggle(const std::string& dir, const std::string& node, bool json) {
  const Ending ending(json);
  auto cluster = Cluster::attach(dir, Cluster::Access::change);
  if (!cluster) return ending.failed(cluster.error());
  const ClusterSurvey survey = cluster->survey();
  const bool is_offline = std::any_of(survey.nodes.begin(), survey.nodes.end(), [&](const SurveyedNode& known) {
    return known.name() == node && state_of(survey, known) == NodeState::offline;
  });
  const NodeFault fault = is_offline ? NodeFault::online : NodeFault::offline;
  if (const auto done = disturb(*cluster, node, fault, interrupted); !done) return ending.failed(done.error());
  return ending.done({node}, node + " is " + name(fault) + " now");
}

}  // namespace kin::driver
