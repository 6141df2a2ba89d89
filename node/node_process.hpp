// One process of a node: opens what it needs, runs the loop, and begins anew, with a fresh incarnation, when the disk
// failed and can be opened again.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "node/command_line.hpp"
#include "node/runtime/node_loop.hpp"
#include "node/storage/data_directory.hpp"

namespace kin {

class NodeProcess {
 public:
  NodeProcess(StartOptions options, std::string version);

  // Returns the exit code: 0 after `end` was set, 1 after a sentence on standard error. `transport` names the one to
  // wake after setting `end`, while there is one.
  int run(const std::atomic<bool>& end, std::atomic<NodeTransport*>& transport);

 private:
  // From opening the store to its last use. nullopt: `end` was set.
  std::optional<CannotGoOn> live(const std::atomic<bool>& end, std::atomic<NodeTransport*>& transport);
  std::optional<CannotGoOn> listen(const Actor& self);
  void announce(const Actor& self, std::uint64_t keys) const;
  // False: the process must end; the sentences for people are complete in `ended`.
  bool may_begin_anew(CannotGoOn& ended);
  void pause(const std::atomic<bool>& end);

  StartOptions options_;
  std::string version_;
  SystemTime time_;
  std::random_device entropy_;
  Rng rng_;
  Rng fault_rng_;
  FaultFilter faults_;  // faults stay when the store is opened anew: the administrator did not lift them
  std::unique_ptr<NodeTransport> transport_;
  bool announced_ = false;
  bool set_one_aside_ = false;
  bool started_ = false;  // in this life the store took its first batch
  std::uint64_t began_ms_ = 0;
  int pause_ms_ = 0;
};

}  // namespace kin
