#include "node/protocols/causal/silences.hpp"

#include <algorithm>

namespace kin::causal {
namespace {

constexpr std::size_t most_ended = 64;

}  // namespace

void Silences::begin(const std::vector<NodeId>& members, std::uint64_t now_ms, std::uint64_t wall_us) {
  if (began_us_ != 0 || wall_us == 0) return;
  began_us_ = wall_us;
  for (const NodeId& member : members) last_.try_emplace(member, Heard{now_ms, wall_us});
}

void Silences::heard(const NodeId& member, std::uint64_t now_ms, std::uint64_t wall_us) {
  auto [last, first] = last_.try_emplace(member, Heard{now_ms, wall_us});
  if (!first && now_ms > last->second.ms + shortest_ms_) {
    ended_.push_back({member, last->second.wall_us, wall_us});
    if (ended_.size() > most_ended) ended_.pop_front();
  }
  last->second = {now_ms, wall_us};
}

std::vector<wire::Silence> Silences::list(std::uint64_t now_ms) const {
  std::vector<wire::Silence> out(ended_.begin(), ended_.end());
  for (const auto& [member, last] : last_) {
    if (now_ms > last.ms + shortest_ms_) out.push_back({member, last.wall_us, 0});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.from_us < b.from_us; });
  return out;
}

}  // namespace kin::causal
