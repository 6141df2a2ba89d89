#include "driver/sim/nemesis.hpp"

#include <algorithm>
#include <utility>

namespace kin::sim {

NodeId forgetful_node(const Options& options) {
  const std::vector<NodeId> nodes = node_ids(options);
  return nodes[Rng(options.seed ^ 0xD15C).below(nodes.size())];
}

Nemesis::Nemesis(const Options& options, SimCluster& cluster)
    : options_(options),
      cluster_(cluster),
      rng_(options.seed ^ 0xBAD),
      nodes_(cluster.config().ids()),
      forgetful_(forgetful_node(options)) {
  for (const Fault fault : all_faults()) {
    if (options.may(fault)) menu_.push_back(fault);
  }
}

void Nemesis::start() {
  if (menu_.empty()) return;
  if (options_.may(Fault::restore)) take_backup();
  next();
}

void Nemesis::next() {
  cluster_.agenda().after(rng_.below(Micros{2000} * options_.fault_gap_ms + 1), [this] {
    if (stopped_) return;
    const Fault fault = menu_[rng_.below(menu_.size())];
    if (strike(fault)) ++counts_[static_cast<std::size_t>(fault)];
    next();
  });
}

void Nemesis::stop_and_heal() {
  stopped_ = true;
  cluster_.network().heal();
  Weather& weather = cluster_.network().weather();
  weather.loss = weather.duplicate = 0;
  weather.delay_max_us = weather.delay_min_us + 1000;
  for (const NodeId& node : nodes_) {
    if (cluster_.gone(node)) continue;
    cluster_.disk(node).set_full(false);
    cluster_.slow_disk(node, 1);
    cluster_.clock(node).run_at(1'000'000, cluster_.agenda().now());
    cluster_.resume(node);
    // Faults that were armed and did not happen yet: a new process opens its disk anew.
    cluster_.kill(node);
    cluster_.start(node);
  }
  // The first one who was told may have died before it was on the disk: who removes a member asks until it is done.
  if (removed_) remove_at(nodes_.front());
}

void Nemesis::remove_at(const NodeId& admin) {
  if (cluster_.can_be_told(admin)) return cluster_.remove_member(admin, *removed_);
  cluster_.agenda().after(1000, [this, admin] { remove_at(admin); });
}

// ------------------------------------------------------------------------------------------------ drawing

const NodeId& Nemesis::anyone() { return nodes_[rng_.below(nodes_.size())]; }

// From a moment to some gossip rounds.
Micros Nemesis::a_while() { return 1000 + rng_.below(Micros{1000} * options_.gossip_ms * (rng_.chance(0.2) ? 20 : 3)); }

void Nemesis::later(std::function<void()> undo) {
  cluster_.agenda().after(a_while(), [this, undo = std::move(undo)] {
    if (!stopped_) undo();
  });
}

void Nemesis::start_later(const NodeId& node) {
  later([this, node] {
    if (!cluster_.up(node) && !cluster_.gone(node)) cluster_.start(node);
  });
}

std::vector<NodeId> Nemesis::shuffled() {
  std::vector<NodeId> out = nodes_;
  rng_.shuffle(out);
  return out;
}

std::vector<SimNetwork::Link> Nemesis::between(const std::vector<NodeId>& some,
                                               const std::vector<NodeId>& others) const {
  std::vector<SimNetwork::Link> out;
  for (const NodeId& one : some) {
    for (const NodeId& other : others) {
      if (one == other) continue;
      out.emplace_back(one, other);
      out.emplace_back(other, one);
    }
  }
  return out;
}

void Nemesis::cut_for_a_while(const std::vector<SimNetwork::Link>& links) {
  for (const auto& link : links) cluster_.network().cut(link);
  later([this, links] {
    for (const auto& link : links) cluster_.network().join(link);
  });
}

// ------------------------------------------------------------------------------------------------ striking

bool Nemesis::strike(Fault fault) {
  if (fault <= Fault::pause) return strike_process(fault);
  if (fault <= Fault::delays) return strike_network(fault);
  if (fault <= Fault::restore) return strike_disk(fault);
  const NodeId node = anyone();
  switch (fault) {
    case Fault::clock_jumps: {
      // Not back for a machine that may lose its disk too: then nothing would tell it that time has passed.
      const auto by = static_cast<std::int64_t>(rng_.below(7'200'000'000));
      const bool may_lose = options_.may(Fault::lose_disk) || options_.may(Fault::restore);
      cluster_.clock(node).jump(!may_lose && rng_.chance(0.5) ? -by : by);
      return true;
    }
    case Fault::clock_drifts:
      cluster_.clock(node).run_at(700'000 + rng_.below(600'000), cluster_.agenda().now());
      return true;
    case Fault::remove: return remove_one();
    default: return false;
  }
}

bool Nemesis::strike_process(Fault fault) {
  const NodeId node = anyone();
  if (!cluster_.up(node)) return false;
  switch (fault) {
    case Fault::kill: cluster_.kill(node); break;
    case Fault::power_cut: cluster_.cut_power(node); break;
    case Fault::kill_in_commit:
    case Fault::power_in_commit: cluster_.kill_in_next_commit(node, fault == Fault::power_in_commit); break;
    case Fault::kill_all:
      for (const NodeId& each : shuffled()) {
        cluster_.kill(each);
        start_later(each);
      }
      return true;
    case Fault::pause:
      if (cluster_.paused(node)) return false;
      cluster_.pause(node);
      later([this, node] { cluster_.resume(node); });
      return true;
    default: return false;
  }
  start_later(node);
  return true;
}

void Nemesis::flap(const SimNetwork::Link& link, int times) {
  if (stopped_) return;
  if (times % 2 == 0) {
    cluster_.network().join(link);
  } else {
    cluster_.network().cut(link);
  }
  if (times > 0) cluster_.agenda().after(a_while() / 4, [this, link, times] { flap(link, times - 1); });
}

bool Nemesis::strike_network(Fault fault) {
  const std::vector<NodeId> mixed = shuffled();
  const auto middle = mixed.begin() + static_cast<std::ptrdiff_t>(1 + rng_.below(mixed.size() - 1));
  const std::vector<NodeId> left(mixed.begin(), middle), right(middle, mixed.end());
  SimNetwork& network = cluster_.network();
  Weather& weather = network.weather();
  switch (fault) {
    case Fault::isolate: cut_for_a_while(between({mixed[0]}, mixed)); return true;
    case Fault::split: cut_for_a_while(between(left, right)); return true;
    case Fault::bridge: cut_for_a_while(between(left, {right.begin() + 1, right.end()})); return true;
    case Fault::one_way: cut_for_a_while({{mixed[0], mixed[1]}}); return true;
    case Fault::flap: flap({mixed[0], mixed[1]}, 9); return true;
    case Fault::clog:
      network.clog({mixed[0], mixed[1]});
      later([this, link = SimNetwork::Link(mixed[0], mixed[1])] { cluster_.network().unclog(link); });
      return true;
    case Fault::swizzle: {
      std::vector<SimNetwork::Link> links = between({mixed[0]}, mixed);
      Micros when = 0;
      for (const auto& link : links) {
        when += a_while() / 4;
        cluster_.agenda().after(when, [this, link] {
          if (!stopped_) cluster_.network().clog(link);
        });
      }
      rng_.shuffle(links);
      for (const auto& link : links) {
        when += a_while() / 4;
        cluster_.agenda().after(when, [this, link] { cluster_.network().unclog(link); });
      }
      return true;
    }
    case Fault::loss:
      weather.loss = 0.1 + 0.1 * static_cast<double>(rng_.below(8));
      later([this] { cluster_.network().weather().loss = options_.weather.loss; });
      return true;
    case Fault::duplicates:
      weather.duplicate = 0.5;
      later([this] { cluster_.network().weather().duplicate = options_.weather.duplicate; });
      return true;
    case Fault::delays:
      weather.delay_max_us = weather.delay_min_us + 1000 * Micros{options_.gossip_ms} * 2;
      later([this] { cluster_.network().weather().delay_max_us = options_.weather.delay_max_us; });
      return true;
    default: return false;
  }
}

bool Nemesis::strike_disk(Fault fault) {
  const bool forgets = fault == Fault::lose_disk || fault == Fault::restore;
  const NodeId node = forgets && !options_.every_disk ? forgetful_ : anyone();
  if (!cluster_.up(node)) return false;
  switch (fault) {
    case Fault::disk_full:
      cluster_.disk(node).set_full(true);
      later([this, node] { cluster_.disk(node).set_full(false); });
      return true;
    case Fault::write_fails: cluster_.disk(node).arm(DiskFault::write_fails); return true;
    case Fault::sync_fails: cluster_.disk(node).arm(DiskFault::sync_fails); return true;
    case Fault::read_fails: cluster_.disk(node).arm(DiskFault::read_fails); return true;
    case Fault::slow_disk:
      cluster_.slow_disk(node, 100);
      later([this, node] { cluster_.slow_disk(node, 1); });
      return true;
    case Fault::lose_disk:
      cluster_.kill(node);
      cluster_.lose_disk(node);
      start_later(node);
      return true;
    case Fault::restore: {
      auto backup = backups_.extract(node);
      if (!backup) return false;
      cluster_.kill(node);
      cluster_.restore_disk(node, std::move(backup.mapped()));
      start_later(node);
      return true;
    }
    default: return false;
  }
}

// Now and then a copy of a disk is put away, for a later restore.
void Nemesis::take_backup() {
  const NodeId& node = options_.every_disk ? anyone() : forgetful_;
  // Between two commits: what is not synced is not in a backup.
  if (cluster_.can_be_told(node)) backups_[node] = cluster_.disk(node).records();
  cluster_.agenda().after(a_while() * 3, [this] {
    if (!stopped_) take_backup();
  });
}

bool Nemesis::remove_one() {
  const NodeId node = anyone(), admin = anyone();
  if (removed_ || nodes_.size() < 4 || node == admin || !cluster_.can_be_told(admin)) return false;
  removed_ = node;
  cluster_.remove_member(admin, node);
  std::erase(nodes_, node);
  return true;
}

}  // namespace kin::sim
