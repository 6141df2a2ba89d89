// What many runs were, added up.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "driver/sim_runs/outcome.hpp"

namespace kin::sim {

class Summary {
 public:
  void add(const Outcome& outcome);
  // How often this kind of fault has happened.
  std::uint64_t count(Fault fault) const { return faults_[static_cast<std::size_t>(fault)]; }

  std::uint64_t seeds() const { return seeds_; }
  std::uint64_t sum(Sum what) const { return sums_.at(static_cast<std::size_t>(what)); }

  // `12 of 100 seeds, 60,000 operations, 21,400/s`
  std::string progress(std::uint64_t of, std::chrono::duration<double> so_far) const;
  // Several lines, each ended.
  std::string text(std::size_t jobs, std::chrono::duration<double> took) const;

 private:
  std::uint64_t seeds_ = 0, histories_ = 0, most_rounds_ = 0, simulated_us_ = 0;
  std::array<std::uint64_t, sum_kinds> sums_{};
  std::array<std::uint64_t, fault_kinds> faults_{};
};

}  // namespace kin::sim
