#include "client/traces/causal_order.hpp"

#include <algorithm>
#include <string_view>

namespace kin {
namespace {

// The lines of one process in their order, and how many of them have their place.
struct Process {
  std::vector<std::size_t> lines;
  std::vector<std::uint64_t> numbers;  // its own counts of them
  std::size_t next = 0;

  bool is_through(std::uint64_t number) const { return next == numbers.size() || numbers[next] > number; }
};

using Processes = std::map<std::string, Process, std::less<>>;

// Whether all that the line had seen has its place, as far as there are lines of it.
bool met(const TraceLine& line, const Processes& processes) {
  return std::all_of(line.clock.begin(), line.clock.end(), [&](const auto& seen) {
    const auto& [host, count] = seen;
    if (host == line.host) return true;
    const auto other = processes.find(host);
    return other == processes.end() || other->second.is_through(count);
  });
}

}  // namespace

CausalOrder causal_order(const std::vector<TraceLine>& lines) {
  Processes processes;
  for (std::size_t i = 0; i < lines.size(); ++i) processes[lines[i].host].lines.push_back(i);
  for (auto& [host, process] : processes) {
    const auto own = [&, h = std::string(host)](std::size_t i) { return lines[i].clock.find(h)->second; };
    std::stable_sort(process.lines.begin(), process.lines.end(),
                     [&](std::size_t a, std::size_t b) { return own(a) < own(b); });
    for (const std::size_t line : process.lines) process.numbers.push_back(own(line));
  }
  CausalOrder out;
  out.lines.reserve(lines.size());
  while (out.lines.size() < lines.size()) {
    Process* earliest = nullptr;
    Process* earliest_met = nullptr;
    const auto time_of = [&](const Process& p) -> const std::string& { return lines[p.lines[p.next]].time; };
    for (auto& [host, process] : processes) {
      if (process.next == process.lines.size()) continue;
      if (earliest == nullptr || time_of(process) < time_of(*earliest)) earliest = &process;
      const bool sooner = earliest_met == nullptr || time_of(process) < time_of(*earliest_met);
      if (sooner && met(lines[process.lines[process.next]], processes)) earliest_met = &process;
    }
    out.unmet += earliest_met == nullptr ? 1 : 0;
    Process& taken = earliest_met == nullptr ? *earliest : *earliest_met;
    out.lines.push_back(taken.lines[taken.next++]);
  }
  return out;
}

}  // namespace kin
