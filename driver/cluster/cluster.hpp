// A cluster of kin-node processes on this machine: started, watched, disturbed and ended.
//
//   auto cluster = Cluster::start("logs/run", {}, {.fresh = true}, progress);
//   cluster->kill("n3");
//   cluster->restart("n3", progress);
//   cluster->end(progress);
//
// The processes outlive this object; RUN/driver.json lets a later Cluster::attach find them. One driver at a time works
// in a folder.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/client.hpp"
#include "client/cluster_survey.hpp"
#include "common/config/cluster_config.hpp"
#include "common/wire/requests.hpp"
#include "common/wire/status.hpp"
#include "driver/cluster/run_files.hpp"
#include "driver/cluster/run_state.hpp"

namespace kin::driver {

using Progress = std::function<void(const std::string& sentence)>;
// True ends a wait early.
using Interrupted = std::function<bool()>;

// Of kin-node; the commands of kin-driver that start nodes have one of the same name.
inline constexpr const char* set_aside_flag = "--set-aside-damaged";

struct StartOptions {
  bool fresh = false;                        // remove the data and logs of an earlier cluster
  bool set_aside_damaged = false;            // see docs/operations.md: damaged data is renamed, and the node refills
  bool owned = false;                        // this driver will end it: when it dies instead, the next one may
  std::chrono::milliseconds longest{30000};  // until all see all
};

// Failures: USAGE (no such node), UNAVAILABLE (no cluster up in RUN, the node is not running or does not answer),
// ALREADY_EXISTS (a cluster is up, the node runs already), STALE (the node was removed), TIMEOUT (what was waited for
// does not come, or an interrupt came), BAD_CONFIG, INTERNAL, and what nodes say themselves.
class Cluster {
 public:
  template <class T>
  using Result = tl::expected<T, Failure>;

  // Writes the files, starts the nodes and waits until each of them sees all others. When another program takes one of
  // the chosen ports first, once more with others. On failure nothing is left running.
  static Result<Cluster> start(const std::string& run, const ClusterRecipe& recipe, const StartOptions& options,
                               const Progress& progress, const Interrupted& interrupted = {});
  // A cluster that is up. Only to look at it: another driver may be changing it.
  enum class Access { look, change };
  static Result<Cluster> attach(const std::string& run, Access access);

  const std::string& run() const { return run_; }
  const ClusterConfig& config() const { return config_; }
  const std::vector<std::string>& notes() const { return notes_; }

  ProcessState process_state(const std::string& node) const;
  std::optional<ProcessId> process(const std::string& node) const;

  Result<void> kill(const std::string& node);   // SIGKILL
  Result<void> stop(const std::string& node);   // SIGTERM, after 5 s SIGKILL
  Result<void> pause(const std::string& node);  // SIGSTOP
  Result<void> resume(const std::string& node);
  // Starts it again on its data, after ending it if it runs; waits until it answers. UNAVAILABLE where another process
  // holds its port, or where it ends at once: then with its last words. STALE where the others have removed it.
  Result<void> restart(const std::string& node, const Interrupted& interrupted = {}, bool set_aside_damaged = false);
  // Lines that the node said since this object started it, but for the one that says that it listens.
  std::vector<std::string> words_of(const std::string& node) const;
  // Ends it and deletes its data directory. It stays down.
  Result<void> lose_disk(const std::string& node);
  Result<void> fault(const std::string& node, const wire::Fault& fault);

  // What all nodes say. Nodes that do not run are not asked.
  ClusterSurvey survey() const;
  // Waits until all of `nodes` have taken in the same updates. Error: TIMEOUT with what differs.
  Result<void> wait_converged(const std::vector<std::string>& nodes, std::chrono::milliseconds longest,
                              const Interrupted& interrupted = {}) const;

  // SIGTERM to all, after 5 s SIGKILL. Says of each how it went. The cluster is no longer up.
  void end(const Progress& progress);

 private:
  Cluster(std::string run, ClusterConfig config, RunState state, RunLock lock)
      : run_(std::move(run)), config_(std::move(config)), state_(std::move(state)), lock_(std::move(lock)) {}

  Result<NodeProcess*> member(const std::string& node);
  Result<NodeProcess*> running(const std::string& node);
  Result<void> launch(const std::string& node, bool set_aside_damaged);
  Result<void> port_is_free(const std::string& node) const;
  Result<void> save() const;
  // Asks exactly these nodes, in this order.
  Client client_of(const std::vector<std::string>& nodes) const;
  std::vector<std::string> running_nodes() const;
  Result<void> wait_answering(const std::string& node, const Interrupted& interrupted) const;
  Result<void> wait_all_see_all(std::chrono::milliseconds longest, const Progress& progress,
                                const Interrupted& interrupted) const;
  // Whether the process that this object started listens: whoever answers at its port may be another one.
  bool listens(const std::string& node) const;
  std::vector<std::string> said(const std::string& node) const;
  // Whether it ended because the others will never listen to it again.
  bool was_removed(const std::string& node) const;
  // About a node that is gone. `again`: what may start it with --set-aside-damaged, up to that flag.
  std::string how_ended(const std::string& node, const std::string& again) const;
  std::string last_words(const std::string& node) const;

  std::string run_;
  ClusterConfig config_;
  RunState state_;
  RunLock lock_;
  std::vector<std::string> notes_;
  std::map<std::string, std::uintmax_t> output_before_;  // bytes of each node's output when it was started
};

}  // namespace kin::driver
