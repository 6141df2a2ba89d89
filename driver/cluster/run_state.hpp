// What the driver remembers of a cluster between two calls: RUN/driver.json. It is there while a cluster is up.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "driver/cluster/process.hpp"

namespace kin::driver {

struct NodeProcess {
  std::string id;
  ProcessId process;
};

struct RunState {
  std::vector<NodeProcess> nodes;  // sorted by id, all members, with the last process of each
  // The driver that will end the cluster itself when its scenario is over; nothing for one that outlives the driver.
  std::optional<ProcessId> owner;

  NodeProcess* find(const std::string& id);
};

// Nothing when there is no such file. Error: a sentence that names the file.
tl::expected<std::optional<RunState>, std::string> load_run_state(const std::string& dir);
// Replaces the file as a whole. Error: a sentence.
[[nodiscard]] tl::expected<void, std::string> save_run_state(const std::string& dir, const RunState& state);
void forget_run_state(const std::string& dir);

// Held by the driver that changes a cluster: one at a time in a folder. Move-only; ends with the process at the latest.
class RunLock {
 public:
  // Waits a few seconds for another driver. Error: a sentence.
  static tl::expected<RunLock, std::string> take(const std::string& dir);
  RunLock() = default;  // none
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&& other) noexcept;
  ~RunLock();

 private:
  int fd_ = -1;
};

}  // namespace kin::driver
