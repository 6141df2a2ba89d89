// One simulated run from its options to its verdict: load under faults, then no faults and no load, then the end is
// judged.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "driver/sim/options.hpp"

namespace kin::sim {

// Gossip rounds without faults within which all nodes must have the same.
inline constexpr std::uint32_t rounds_to_agree = 10;
// And further ones, within which they must have forgotten what deletes and dead processes leave behind.
inline constexpr std::uint32_t rounds_to_forget = 30;
// After that, reads and gossip must leave all clocks alone: the rule `restless`.

struct RunResult {
  bool held = true;
  std::string rule;                // the first that was broken: `lost`; empty when all held
  std::vector<std::string> story;  // for people
  std::uint64_t operations = 0;    // that clients asked
  std::uint64_t answered = 0, judged = 0, excused = 0, escaped = 0;
  std::uint64_t stories = 0, uncertain_stories = 0;
  std::uint64_t trace_hash = 0;
  Micros simulated_us = 0;
  std::uint32_t rounds = 0;  // that it took to agree
  std::array<std::uint64_t, fault_kinds> faults{};
  ClusterCounters cluster;
  NetworkCounters network;
  std::vector<std::string> history;  // only when it is wanted
};

struct RunOutput {
  bool history = false;
  std::function<void(const std::string&)> lines;  // what happens, a line each; may be empty
};

RunResult run(const Options& options, const RunOutput& output = {});

}  // namespace kin::sim
