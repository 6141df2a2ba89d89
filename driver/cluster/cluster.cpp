#include "driver/cluster/cluster.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "client/client.hpp"
#include "common/listed.hpp"
#include "driver/cluster/free_ports.hpp"

namespace kin::driver {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds gentle_end{5000};
constexpr milliseconds hard_end{5000};
constexpr milliseconds port_held{1000};
constexpr int port_attempts = 5;

Failure failure(Status status, const std::string& message) { return {status, Applied::no, message, "", 0, 0}; }

std::string durability_word(Durability durability) { return durability == Durability::os ? "os" : "fsync"; }

std::vector<std::string> node_command(const std::string& run, const std::string& node, const ClusterConfig& config,
                                      bool set_aside_damaged) {
  std::vector<std::string> out{sibling_program("kin-node"),
                               "--config",
                               cluster_file(run),
                               "--id",
                               node,
                               "--data-dir",
                               data_dir(run, node),
                               "--log-dir",
                               log_dir(run),
                               "--durability",
                               durability_word(config.durability),
                               "--enable-faults"};
  if (set_aside_damaged) out.emplace_back(set_aside_flag);
  return out;
}

}  // namespace

Cluster::Result<Cluster> Cluster::attach(const std::string& run, Access access) {
  RunLock lock;
  std::error_code error;
  if (access == Access::change && std::filesystem::exists(run, error)) {
    auto taken = RunLock::take(run);
    if (!taken) return tl::unexpected(failure(Status::unavailable, taken.error()));
    lock = std::move(*taken);
  }
  auto state = load_run_state(run);
  if (!state) return tl::unexpected(failure(Status::internal, state.error()));
  if (!*state)
    return tl::unexpected(failure(Status::unavailable, "no cluster is up in " + run + ": kin-driver up --dir " + run));
  auto config = load_cluster_config(cluster_file(run), {});
  if (!config) return tl::unexpected(failure(Status::bad_config, config.error().text()));
  return Cluster(run, std::move(*config), std::move(**state), std::move(lock));
}

Cluster::Result<Cluster> Cluster::start(const std::string& run, const ClusterRecipe& recipe,
                                        const StartOptions& options, const Progress& progress,
                                        const Interrupted& interrupted) {
  std::error_code error;
  std::filesystem::create_directories(run, error);
  if (error) return tl::unexpected(failure(Status::internal, run + ": " + error.message()));
  auto lock = RunLock::take(run);
  if (!lock) return tl::unexpected(failure(Status::unavailable, lock.error()));
  auto left = load_run_state(run);
  if (!left) return tl::unexpected(failure(Status::internal, left.error()));
  if (*left) {
    const bool abandoned = (**left).owner && state_of(*(**left).owner) == ProcessState::gone;
    const bool all_gone = std::all_of((**left).nodes.begin(), (**left).nodes.end(), [](const NodeProcess& node) {
      return state_of(node.process) == ProcessState::gone;
    });
    if (!abandoned && !all_gone)
      return tl::unexpected(failure(Status::already_exists, "a cluster is up in " + run +
                                                                ": end it with kin-driver down "
                                                                "--dir " +
                                                                run + ", or give another --dir"));
    Cluster(run, ClusterConfig(), std::move(**left), RunLock()).end([](const std::string&) {});
  }
  std::vector<std::string> ids;
  for (std::uint32_t i = 1; i <= recipe.nodes; ++i) ids.push_back('n' + std::to_string(i));
  std::sort(ids.begin(), ids.end());
  if (options.fresh) {
    if (auto removed = remove_earlier_run(run); !removed) return tl::unexpected(removed.error());
  } else if (const auto held = nodes_with_data(run); !std::includes(ids.begin(), ids.end(), held.begin(), held.end())) {
    return tl::unexpected(failure(Status::usage, run + " holds the data of " + held.back() +
                                                     ", which is no node of this cluster: start as many as before, "
                                                     "start afresh with --fresh, or give another --dir"));
  }

  for (int attempt = 1;; ++attempt) {
    auto ports = free_ports(recipe.nodes);
    if (!ports) return tl::unexpected(failure(Status::internal, ports.error()));
    auto written = write_cluster_files(run, recipe, *ports);
    if (!written) return tl::unexpected(written.error());
    Cluster cluster(run, std::move(written->config), RunState(), RunLock());
    cluster.notes_ = std::move(written->notes);
    if (options.owned) cluster.state_.owner = identify(::getpid());
    progress("starting " + std::to_string(ids.size()) + " nodes in " + run);
    Result<void> up;
    for (const NodeConfig& node : cluster.config_.nodes)
      if (up) up = cluster.launch(node.id.str(), options.set_aside_damaged);
    if (up) up = cluster.wait_all_see_all(options.longest, progress, interrupted);
    if (up) {
      cluster.lock_ = std::move(*lock);
      return cluster;
    }

    const bool port_taken =
        std::any_of(cluster.config_.nodes.begin(), cluster.config_.nodes.end(), [&](const NodeConfig& node) {
          return cluster.process_state(node.id.str()) == ProcessState::gone && !is_free(node.port);
        });
    cluster.end([](const std::string&) {});
    if (!port_taken || attempt == port_attempts) return tl::unexpected(up.error());
    progress("another program took a port first; trying others");
  }
}

ProcessState Cluster::process_state(const std::string& node) const {
  const auto known = process(node);
  return known ? state_of(*known) : ProcessState::gone;
}

std::optional<ProcessId> Cluster::process(const std::string& node) const {
  for (const NodeProcess& known : state_.nodes)
    if (known.id == node) return known.process;
  return std::nullopt;
}

Cluster::Result<NodeProcess*> Cluster::member(const std::string& node) {
  if (NodeProcess* known = state_.find(node)) return known;
  return tl::unexpected(
      failure(Status::usage, "there is no node " + node + " in " + run_ + "; there are " + listed(names_of(config_))));
}

Cluster::Result<NodeProcess*> Cluster::running(const std::string& node) {
  auto known = member(node);
  if (known && state_of((*known)->process) == ProcessState::gone)
    return tl::unexpected(
        failure(Status::unavailable, node + " is down already: kin-driver --dir " + run_ + " restart " + node));
  return known;
}

Cluster::Result<void> Cluster::save() const {
  if (auto saved = save_run_state(run_, state_); !saved)
    return tl::unexpected(failure(Status::internal, saved.error()));
  return {};
}

Cluster::Result<void> Cluster::launch(const std::string& node, bool set_aside_damaged) {
  const std::string output = output_file(run_, node);
  std::error_code not_there;
  const std::uintmax_t before = std::filesystem::file_size(output, not_there);
  output_before_[node] = not_there ? 0 : before;
  auto started = start_detached(node_command(run_, node, config_, set_aside_damaged), output);
  if (!started) return tl::unexpected(failure(Status::internal, started.error()));
  if (NodeProcess* known = state_.find(node)) {
    wait_until_gone(known->process, milliseconds(0));  // its result is of no more interest
    known->process = *started;
  } else {
    state_.nodes.push_back({node, *started});
  }
  return save();
}

Cluster::Result<void> Cluster::kill(const std::string& node) {
  auto known = running(node);
  if (!known) return tl::unexpected(known.error());
  send_signal((*known)->process, SIGKILL);
  if (wait_until_gone((*known)->process, hard_end)) return {};
  return tl::unexpected(failure(Status::internal, node + " does not end after SIGKILL"));
}

Cluster::Result<void> Cluster::stop(const std::string& node) {
  auto known = running(node);
  if (!known) return tl::unexpected(known.error());
  send_signal((*known)->process, SIGTERM);
  send_signal((*known)->process, SIGCONT);
  if (wait_until_gone((*known)->process, gentle_end)) return {};
  return kill(node);
}

Cluster::Result<void> Cluster::pause(const std::string& node) {
  auto known = running(node);
  if (!known) return tl::unexpected(known.error());
  if (state_of((*known)->process) == ProcessState::stopped)
    return tl::unexpected(failure(Status::already_exists, node + " is paused already"));
  send_signal((*known)->process, SIGSTOP);
  for (const auto deadline = steady_clock::now() + hard_end; steady_clock::now() < deadline;) {
    if (state_of((*known)->process) == ProcessState::stopped) return {};
    std::this_thread::sleep_for(milliseconds(1));
  }
  return tl::unexpected(failure(Status::internal, node + " does not stop after SIGSTOP"));
}

Cluster::Result<void> Cluster::resume(const std::string& node) {
  auto known = running(node);
  if (!known) return tl::unexpected(known.error());
  if (state_of((*known)->process) != ProcessState::stopped)
    return tl::unexpected(failure(Status::already_exists, node + " is not paused"));
  send_signal((*known)->process, SIGCONT);
  return {};
}

Cluster::Result<void> Cluster::port_is_free(const std::string& node) const {
  const NodeConfig* known = config_.node(node);
  // Threads of a process that has ended may hold its sockets a moment longer.
  for (const auto deadline = steady_clock::now() + port_held; !is_free(known->port);) {
    if (steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(5));
      continue;
    }
    const auto answer = client_of({node}).status();
    const std::string who =
        answer ? " (" + to_string(Actor{answer->node, answer->incarnation}) + " answers there)" : "";
    return tl::unexpected(
        failure(Status::unavailable, node + " was not started: another process, not of this cluster, holds " +
                                         known->endpoint() + who + ". End it, then kin-driver --dir " + run_ +
                                         " restart " + node));
  }
  return {};
}

Cluster::Result<void> Cluster::restart(const std::string& node, const Interrupted& interrupted,
                                       bool set_aside_damaged) {
  if (auto known = member(node); !known) return tl::unexpected(known.error());
  if (process_state(node) != ProcessState::gone)
    if (auto stopped = stop(node); !stopped) return stopped;
  if (auto port = port_is_free(node); !port) return port;
  if (auto launched = launch(node, set_aside_damaged); !launched) return launched;
  if (auto answers = wait_answering(node, interrupted); !answers) return answers;
  const ClusterSurvey now = survey();
  for (const SurveyedNode& known : now.nodes) {
    if (known.name() == node && state_of(now, known) == NodeState::removed)
      return tl::unexpected(failure(Status::stale, node + " was removed from the cluster for ever; it stops as soon as "
                                                          "it hears of it"));
  }
  return {};
}

Cluster::Result<void> Cluster::lose_disk(const std::string& node) {
  if (auto known = member(node); !known) return tl::unexpected(known.error());
  if (process_state(node) != ProcessState::gone)
    if (auto killed = kill(node); !killed) return killed;
  std::error_code error;
  std::filesystem::remove_all(data_dir(run_, node), error);
  if (error) return tl::unexpected(failure(Status::internal, data_dir(run_, node) + ": " + error.message()));
  return {};
}

Cluster::Result<void> Cluster::fault(const std::string& node, const wire::Fault& fault) {
  auto known = running(node);
  if (!known) return tl::unexpected(known.error());
  Client client = client_of({node});
  if (auto done = client.fault(0, fault); !done) return tl::unexpected(done.error());
  return {};
}

void Cluster::end(const Progress& progress) {
  for (const NodeProcess& node : state_.nodes) {
    send_signal(node.process, SIGTERM);
    send_signal(node.process, SIGCONT);  // one that is paused takes SIGTERM only when it goes on
  }
  const auto deadline = steady_clock::now() + gentle_end;
  for (const NodeProcess& node : state_.nodes) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    if (wait_until_gone(node.process, std::max(left, milliseconds(0)))) {
      progress(node.id + " ended");
      continue;
    }
    send_signal(node.process, SIGKILL);
    progress(wait_until_gone(node.process, hard_end) ? node.id + " did not end within 5 s of SIGTERM and was killed"
                                                     : node.id + " does not end, not even after SIGKILL");
  }
  state_.nodes.clear();
  forget_run_state(run_);
}

}  // namespace kin::driver
