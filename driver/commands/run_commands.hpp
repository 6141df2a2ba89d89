// run and list: scenarios on real processes, or simulated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kin::driver {

struct RunCommand {
  std::vector<std::string> scenarios;  // files, or names of files in config/scenarios
  std::string dir;                     // of the cluster; of several scenarios, each has a folder of its own below it
  std::string history;     // what the clients did goes there too, of one scenario; empty: DIR/history.jsonl only
  bool keep = false;       // leave the cluster up
  bool simulated = false;  // in virtual time; then neither dir nor keep means anything
  std::uint64_t seed = 0;  // of a simulation
  bool json = false;
};

// 0 when all held, 11 when one did not, 2 for a scenario file that is wrong, 130 after an interrupt; when a cluster
// cannot be started, its exit code.
int run(const RunCommand& command);
int list(bool json);

// Of the files in config/scenarios, sorted.
std::vector<std::string> scenario_names();
// The seed's two scenarios.
std::vector<std::string> seed_scenarios();

}  // namespace kin::driver
