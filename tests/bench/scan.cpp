// The scan of a token as the worker runs it, for ./dev bench: the same numbers as limits/sha_limit.cpp hashes.
//
//   kin-scan [THREADS=1]
//
// Prints one line of JSON: hashes a second of one core's time, and of all threads together by the wall clock.
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "node/protocols/atomic/token_scan.hpp"

namespace {

constexpr std::uint64_t low = 1'000'000, high = low + 1'200'000;
constexpr int rounds = 5;

struct NeverCancelled : kin::JobWatch {
  bool cancelled() const override { return false; }
  void progress(std::uint64_t, std::uint64_t) override {}
};

double thread_cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Hashes a second of this thread's time, the median of the rounds.
double rate() {
  std::vector<double> rates;
  for (int round = 0; round < rounds; ++round) {
    NeverCancelled watch;
    const double begin = thread_cpu_seconds();
    if (!kin::atomic::scan("some-name", low, low + 1000, high, watch)) std::abort();
    rates.push_back(static_cast<double>(high - low) / (thread_cpu_seconds() - begin));
  }
  std::sort(rates.begin(), rates.end());
  return rates[rates.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned threads = argc > 1 ? static_cast<unsigned>(std::max(1, std::atoi(argv[1]))) : 1;
  std::vector<double> of_thread(threads);
  const auto begin = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> running;
    for (double& result : of_thread) running.emplace_back([&result] { result = rate(); });
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double all = static_cast<double>(high - low) * rounds * threads / seconds;
  std::printf("{\"rate\": %.0f, \"together\": %.0f}\n", *std::min_element(of_thread.begin(), of_thread.end()), all);
}
