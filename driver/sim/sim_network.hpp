// The network between simulated nodes: it loses, repeats, delays and reorders messages, links are cut one way or both,
// and clogged: a clogged link keeps messages, those that are on their way too, as many as a queue holds, until it flows
// again.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/causality/dot.hpp"
#include "driver/sim/agenda.hpp"
#include "node/protocols/rng.hpp"
#include "node/runtime/replica_host.hpp"

namespace kin::sim {

// What one turn of one process says to one peer.
struct Packet {
  Actor from;
  NodeId to;
  std::vector<TierSend> parts;
};

struct Weather {
  double loss = 0;       // probability that a packet is lost
  double duplicate = 0;  // that it arrives a second time, with a delay of its own
  Micros delay_min_us = 100;
  Micros delay_max_us = 1000;  // the wider, the more is reordered
};

struct NetworkCounters {
  std::uint64_t sent = 0, delivered = 0, lost = 0, duplicated = 0, cut = 0, overflowed = 0;
};

class SimNetwork {
 public:
  using Link = std::pair<NodeId, NodeId>;  // from, to
  using Deliver = std::function<void(const std::shared_ptr<const Packet>&)>;

  static constexpr std::size_t queue_length = 256;  // of a clogged link; what comes then is dropped

  SimNetwork(Agenda& agenda, std::uint64_t seed, Deliver deliver)
      : agenda_(agenda), rng_(seed), deliver_(std::move(deliver)) {}

  void send(std::shared_ptr<const Packet> packet);

  Weather& weather() { return weather_; }
  // One link that is worse than the weather: lost at this probability, and later by delay_us.
  void spoil(const Link& link, double loss, Micros delay_us) { spoiled_[link] = {loss, delay_us}; }
  void cut(const Link& link) { cuts_.insert(link); }
  void join(const Link& link) { cuts_.erase(link); }
  void clog(const Link& link) { clogged_.try_emplace(link); }
  void unclog(const Link& link);
  // What a clogged link keeps is lost; it stays clogged.
  void lose_what_waits(const Link& link);
  // Everything flows again; the weather stays.
  void heal();

  const NetworkCounters& counters() const { return counters_; }

 private:
  struct Spoiled {
    double loss = 0;
    Micros delay_us = 0;
  };

  bool keep(const std::shared_ptr<const Packet>& packet);
  void travel(std::shared_ptr<const Packet> packet);

  Agenda& agenda_;
  Rng rng_;
  Deliver deliver_;
  Weather weather_;
  std::map<Link, Spoiled> spoiled_;
  std::set<Link> cuts_;
  std::map<Link, std::deque<std::shared_ptr<const Packet>>> clogged_;
  NetworkCounters counters_;
};

}  // namespace kin::sim
