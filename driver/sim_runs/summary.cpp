#include "driver/sim_runs/summary.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace kin::sim {
namespace {

// 1,234,567
std::string grouped(std::uint64_t number) {
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, ",");
  return out;
}

std::string per_second(std::uint64_t number, std::chrono::duration<double> time) {
  return grouped(static_cast<std::uint64_t>(static_cast<double>(number) / std::max(time.count(), 0.001)));
}

std::string as_time(std::uint64_t us) {
  const std::uint64_t minutes = us / 60'000'000;
  if (minutes < 60) return std::to_string(minutes) + " min " + std::to_string(us / 1'000'000 % 60) + " s";
  const std::uint64_t hours = minutes / 60;
  if (hours < 48) return std::to_string(hours) + " h " + std::to_string(minutes % 60) + " min";
  return std::to_string(hours / 24) + " days " + std::to_string(hours % 24) + " h";
}

}  // namespace

void Summary::add(const Outcome& outcome) {
  ++seeds_;
  histories_ += outcome.histories;
  most_rounds_ = std::max(most_rounds_, outcome.rounds);
  simulated_us_ += outcome.simulated_us;
  for (std::size_t i = 0; i < sum_kinds; ++i) sums_[i] += outcome.sums.at(i);
  for (std::size_t i = 0; i < fault_kinds; ++i) faults_[i] += outcome.faults.at(i);
}

std::string Summary::progress(std::uint64_t of, std::chrono::duration<double> so_far) const {
  return grouped(seeds_) + " of " + grouped(of) + " seeds, " + grouped(sum(Sum::operations)) + " operations, " +
         per_second(sum(Sum::operations), so_far) + "/s";
}

std::string Summary::text(std::size_t jobs, std::chrono::duration<double> took) const {
  const auto number = [&](Sum what) { return grouped(sum(what)); };
  std::string out = grouped(seeds_) + " seeds: " + number(Sum::operations) + " operations, " + number(Sum::answered) +
                    " answered in time, " + number(Sum::judged) + " answers judged, " + grouped(histories_) +
                    " histories judged by the checks of kin-driver, " + number(Sum::excused) +
                    " writes excused that only a lost disk knew, " + number(Sum::escaped) +
                    " that outlived their turn\n";
  if (sum(Sum::stories) + sum(Sum::uncertain_stories) > 0) {
    out += "conflicts: " + number(Sum::stories) + " explained as the oracle knows them, " +
           number(Sum::uncertain_stories) + " that were said to be uncertain\n";
  }
  out += "time: " + as_time(simulated_us_) + " simulated in " + std::to_string(std::lround(took.count())) + " s, " +
         per_second(sum(Sum::operations), took) + " operations/s with " + std::to_string(jobs) +
         (jobs == 1 ? " process" : " processes") + "; all nodes agreed within " + std::to_string(most_rounds_) +
         " gossip rounds\n";
  out += "nodes: " + number(Sum::starts) + " starts, " + number(Sum::turns) + " turns, " + number(Sum::steps) +
         " steps, " + number(Sum::commits) + " commits, " + number(Sum::invariant_checks) + " invariant checks\n";
  out += "network: " + number(Sum::sent) + " messages, " + number(Sum::lost) + " lost, " + number(Sum::duplicated) +
         " repeated, " + number(Sum::cut) + " into cuts, " + number(Sum::overflowed) + " into full queues\n";
  const std::uint64_t all = std::accumulate(faults_.begin(), faults_.end(), std::uint64_t{0});
  out += "faults: " + grouped(all);
  for (const Fault fault : all_faults()) {
    const std::uint64_t count = faults_[static_cast<std::size_t>(fault)];
    if (count > 0) out.append(", ").append(name(fault)).append(" ").append(grouped(count));
  }
  return out + '\n';
}

}  // namespace kin::sim
