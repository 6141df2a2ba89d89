// How the simulated run of one seed ended, as a child process tells it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "driver/sim/run.hpp"

namespace kin::sim {

struct Outcome {
  std::uint64_t seed = 0;
  bool held = true;
  std::string rule;                // what was broken; `died` when the process ended by itself
  std::vector<std::string> story;  // for people
  std::uint64_t trace_hash = 0;
  std::uint64_t histories = 0;  // judged by the checks of kin-driver
  std::uint64_t rounds = 0;     // that it took to agree
  std::uint64_t simulated_us = 0;
  std::vector<std::uint64_t> sums;  // see Sum
  std::vector<std::uint64_t> faults;

  template <class V>
  void fields(V& v) {
    v(seed, held, rule, story, trace_hash, histories, rounds, simulated_us, sums, faults);
  }
};

// What is added up over all runs, in this order.
enum class Sum : std::uint8_t {
  operations,
  answered,
  judged,
  excused,
  sent,
  delivered,
  lost,
  duplicated,
  cut,
  overflowed,
  turns,
  commits,
  steps,
  invariant_checks,
  starts,
  stories,
  uncertain_stories,
  escaped,
};
inline constexpr std::size_t sum_kinds = 18;

// Runs it in this process. Where `check_history` is set, check causal judges its history as well;
// histories of tokens are always judged, by check linearizable.
Outcome outcome_of(const Options& options, bool check_history);

}  // namespace kin::sim
