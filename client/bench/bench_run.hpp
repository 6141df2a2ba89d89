// A load from its beginning to its end, and what came of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/bench/bench_client.hpp"

namespace kin {

struct BenchOptions {
  BenchPlan plan;
  std::uint64_t keys = 1000;
  std::size_t clients = 1;
  std::chrono::milliseconds duration{10'000};
  bool load = true;        // write all keys first, where the mix needs them
  std::uint64_t seed = 1;  // of the draws
  std::string history;     // empty: none
};

struct BenchResult {
  BenchTally tally;
  double seconds = 0;             // that the measured part took
  double client_cpu_seconds = 0;  // of this whole process, meanwhile
  std::uint64_t keys = 0;         // that there are in the end
  bool interrupted = false;
  std::string history_error;  // empty: none

  double rate() const { return seconds > 0 ? static_cast<double>(tally.done()) / seconds : 0; }
};

struct BenchStage {
  bool loading = false;
  std::uint64_t done = 0, failed = 0;
  std::uint64_t of = 0;   // keys, while loading
  double seconds = 0;     // since the stage began
  double of_seconds = 0;  // of the load itself
};

// Told about twice a second, from the thread that runs the load.
using TellStage = std::function<void(const BenchStage&)>;
// The endpoints of one client.
using ChooseEndpoints = std::function<std::vector<Endpoint>()>;

// One thread a client. Failure: LIMIT, where so many clients may not open files; no node answers, the keys could not be
// loaded, the history cannot be kept.
tl::expected<BenchResult, Failure> run_bench(const BenchOptions& options, const ClientOptions& client,
                                             const ChooseEndpoints& endpoints, const TellStage& tell);

}  // namespace kin
