#include "driver/sim/sim_network.hpp"

namespace kin::sim {

void SimNetwork::send(std::shared_ptr<const Packet> packet) {
  ++counters_.sent;
  const Link link{packet->from.node, packet->to};
  if (cuts_.contains(link)) {
    ++counters_.cut;
    return;
  }
  if (!keep(packet)) travel(std::move(packet));
}

// False: its link is not clogged.
bool SimNetwork::keep(const std::shared_ptr<const Packet>& packet) {
  const auto clogged = clogged_.find({packet->from.node, packet->to});
  if (clogged == clogged_.end()) return false;
  if (clogged->second.size() < queue_length) {
    clogged->second.push_back(packet);
  } else {
    ++counters_.overflowed;
  }
  return true;
}

void SimNetwork::travel(std::shared_ptr<const Packet> packet) {
  const auto found = spoiled_.find({packet->from.node, packet->to});
  const Spoiled spoiled = found == spoiled_.end() ? Spoiled{} : found->second;
  if (rng_.chance(weather_.loss) || (spoiled.loss > 0 && rng_.chance(spoiled.loss))) {
    ++counters_.lost;
    return;
  }
  const auto arrive = [&] {
    const Micros spread = weather_.delay_max_us - weather_.delay_min_us;
    const Micros delay = weather_.delay_min_us + rng_.below(spread + 1) + spoiled.delay_us;
    agenda_.after(delay, [this, packet] {
      // What a cut catches on its way is lost as well.
      if (cuts_.contains({packet->from.node, packet->to})) {
        ++counters_.cut;
        return;
      }
      if (keep(packet)) return;
      ++counters_.delivered;
      deliver_(packet);
    });
  };
  arrive();
  if (weather_.duplicate > 0 && rng_.chance(weather_.duplicate)) {
    ++counters_.duplicated;
    arrive();
  }
}

void SimNetwork::unclog(const Link& link) {
  auto clogged = clogged_.extract(link);
  if (!clogged) return;
  for (auto& packet : clogged.mapped()) travel(std::move(packet));
}

void SimNetwork::lose_what_waits(const Link& link) {
  const auto clogged = clogged_.find(link);
  if (clogged == clogged_.end()) return;
  counters_.lost += clogged->second.size();
  clogged->second.clear();
}

void SimNetwork::heal() {
  cuts_.clear();
  spoiled_.clear();
  while (!clogged_.empty()) unclog(Link(clogged_.begin()->first));
}

}  // namespace kin::sim
