// From a run that failed to a shorter one that fails too: fewer operations, kinds of faults, nodes, keys and clients.
#pragma once

#include <functional>

#include "driver/sim/options.hpp"

namespace kin::sim {

// Every further run is one call of `fails`, at most `most_runs` of them. What it returns fails.
Options shrink(Options failing, const std::function<bool(const Options&)>& fails, unsigned most_runs);

}  // namespace kin::sim
