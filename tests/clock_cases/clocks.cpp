#include <algorithm>

#include "tests/clock_cases/groups.hpp"

namespace kin::clock_cases {
namespace {

std::vector<VersionVector> clocks_of(const Json& request) {
  const Json& list = request.at("clocks");
  if (!list.is_array()) throw BadRequest{"clocks must be an array"};
  std::vector<VersionVector> out;
  for (const Json& clock : list) out.push_back(clock_of(clock));
  return out;
}

}  // namespace

Json compare(const Json& request) { return print(clock_of(request.at("a")).compare(clock_of(request.at("b")))); }

Json merge(const Json& request) {
  VersionVector merged;
  for (const VersionVector& clock : clocks_of(request)) merged.join(clock);
  return {{"merged", print(merged)}};
}

Json survivors(const Json& request) {
  const std::vector<VersionVector> clocks = clocks_of(request);
  std::vector<VersionVector> kept;
  for (const VersionVector& clock : clocks) {
    const bool dominated = std::any_of(clocks.begin(), clocks.end(), [&](const VersionVector& other) {
      return clock.compare(other) == Relation::before;
    });
    if (!dominated && std::find(kept.begin(), kept.end(), clock) == kept.end()) kept.push_back(clock);
  }
  Json out = Json::array();
  for (const VersionVector& clock : kept) out.push_back(print(clock));
  return {{"survivors", std::move(out)}};
}

}  // namespace kin::clock_cases
