#include "client/traces/lost_lines.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace kin {
namespace {

constexpr const char* no_time = "-";
constexpr const char* lost_event = "(lost: not in the log)";

std::string printed(const TraceClock& clock, const std::string& own) {
  std::string out = "{\"" + own + "\":" + std::to_string(clock.at(own));
  for (const auto& [host, count] : clock) {
    if (host != own) out.append(",\"").append(host).append("\":").append(std::to_string(count));
  }
  return out + '}';
}

}  // namespace

std::vector<LostRun> lost_lines(const std::vector<TraceLine>& lines) {
  TraceClock named;
  std::map<std::string, std::vector<std::uint64_t>> held;
  for (const TraceLine& line : lines) {
    held[line.host].push_back(line.clock.at(line.host));
    join(named, line.clock);
  }
  std::vector<LostRun> out;
  for (const auto& [host, highest] : named) {
    std::vector<std::uint64_t>& numbers = held[host];
    std::sort(numbers.begin(), numbers.end());
    std::uint64_t before = 0;
    for (const std::uint64_t number : numbers) {
      if (number > before + 1) out.push_back({host, before + 1, number - 1});
      before = number;
    }
    if (highest > before) out.push_back({host, before + 1, highest});
  }
  return out;
}

std::uint64_t count_of(const std::vector<LostRun>& lost) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t out = 0;
  for (const LostRun& run : lost) {
    const std::uint64_t lines = run.last - run.first + 1;
    out = lines > most - out ? most : out + lines;
  }
  return out;
}

std::vector<TraceLine> stand_ins(const std::vector<TraceLine>& lines, const std::vector<LostRun>& lost) {
  std::map<std::pair<std::string, std::uint64_t>, const TraceLine*> before;  // the line before each run
  for (const LostRun& run : lost) before[{run.host, run.first - 1}] = nullptr;
  for (const TraceLine& line : lines) {
    if (const auto found = before.find({line.host, line.clock.at(line.host)}); found != before.end())
      found->second = &line;
  }
  std::vector<TraceLine> out;
  out.reserve(count_of(lost));
  for (const LostRun& run : lost) {
    const TraceLine* known = before.at({run.host, run.first - 1});
    TraceClock clock = known == nullptr ? TraceClock() : known->clock;
    for (std::uint64_t number = run.first; number <= run.last; ++number) {
      clock[run.host] = number;
      TraceLine line{no_time, run.host, clock, lost_event, "", ""};
      line.text = line.time + ' ' + line.host + ' ' + printed(clock, run.host) + ' ' + line.event;
      out.push_back(std::move(line));
    }
  }
  return out;
}

std::optional<std::string> line_told_twice(const std::vector<TraceLine>& lines) {
  std::vector<std::pair<std::string_view, std::uint64_t>> names;
  names.reserve(lines.size());
  for (const TraceLine& line : lines) names.emplace_back(line.host, line.clock.at(line.host));
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return std::nullopt;
  return std::string(twice->first) + ':' + std::to_string(twice->second);
}

}  // namespace kin
