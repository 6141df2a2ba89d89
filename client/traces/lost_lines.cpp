#include "client/traces/lost_lines.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>

namespace kin {
namespace {

constexpr const char* no_time = "-";
constexpr const char* lost_event = "(lost: not in the log)";

struct Host {
  std::map<std::uint64_t, const TraceLine*> lines;  // by number
  std::uint64_t named = 0;                          // the highest number that anybody knows
};

std::map<std::string, Host, std::less<>> hosts_of(const std::vector<TraceLine>& lines) {
  std::map<std::string, Host, std::less<>> out;
  for (const TraceLine& line : lines) {
    out[line.host].lines.emplace(line.clock.at(line.host), &line);
    for (const auto& [host, count] : line.clock) {
      Host& known = out[host];
      known.named = std::max(known.named, count);
    }
  }
  return out;
}

std::string printed(const TraceClock& clock, const std::string& own) {
  std::string out = "{\"" + own + "\":" + std::to_string(clock.at(own));
  for (const auto& [host, count] : clock) {
    if (host != own) out.append(",\"").append(host).append("\":").append(std::to_string(count));
  }
  return out + '}';
}

}  // namespace

std::vector<LostRun> lost_lines(const std::vector<TraceLine>& lines) {
  std::vector<LostRun> out;
  for (const auto& [name, host] : hosts_of(lines)) {
    std::uint64_t before = 0;
    for (const auto& [number, line] : host.lines) {
      if (number > before + 1) out.push_back({name, before + 1, number - 1});
      before = number;
    }
    if (host.named > before) out.push_back({name, before + 1, host.named});
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
  const auto hosts = hosts_of(lines);
  std::vector<TraceLine> out;
  out.reserve(count_of(lost));
  for (const LostRun& run : lost) {
    const auto& held = hosts.find(run.host)->second.lines;
    TraceClock clock;
    if (const auto before = held.find(run.first - 1); before != held.end()) clock = before->second->clock;
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
