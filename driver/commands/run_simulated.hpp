// One scenario in the simulator.
#pragma once

#include <tl/expected.hpp>

#include "common/wire/status.hpp"
#include "driver/commands/run_commands.hpp"
#include "driver/scenario/runner.hpp"

namespace kin::driver {

// Plays it on a simulated cluster and tells about it, and appends the history where command.history says so. Failure:
// the cluster's configuration is wrong, its nodes do not find each other, or the history cannot be written.
tl::expected<ScenarioReport, Failure> play_simulated(const Scenario& scenario, const RunCommand& command);

}  // namespace kin::driver
