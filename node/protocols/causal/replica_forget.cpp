// Forgetting, safely: the dot map is pruned of what all members have; when all members agree on who lives in which
// life, the lives before are settled: what nobody has is void, what all have is retired into a floor.
#include <algorithm>
#include <set>

#include "common/causality/fnv1a.hpp"
#include "common/planted.hpp"
#include "node/protocols/causal/records.hpp"
#include "node/protocols/causal/replica.hpp"

namespace kin::causal {

void CausalReplica::conclude(Overlay& disk) {
  if (planted(Bug::removed_still_waited_for) && members().size() < lives_.size()) return;
  for (const NodeId& peer : peers()) {
    if (!reports_.contains(peer)) return;  // a member that was not heard in its present life blocks all forgetting
  }
  prune(disk);
  for (const NodeId& peer : peers()) {
    if (reports_.at(peer).lives != lives_) return;  // not sealed: someone may still accept a dot of a dead life
  }
  settle_dead_lives(disk);
}

void CausalReplica::prune(Overlay& disk) {
  std::size_t budget = batching_.prune_dots;
  const auto forget = [&](const Actor& actor, CounterSet common) {
    for (const NodeId& peer : peers()) {
      const DotSet& theirs = reports_.at(peer).clock;
      if (!theirs.retired(actor)) common = common.intersect(theirs.counters(actor));
      if (planted(Bug::pruned_when_one_has_it)) break;
    }
    dot_map_.prune(disk, actor, common, budget);
  };
  const std::vector<Actor> in_map = dot_map_.actors();  // few, where many lives have ended
  for (const Actor& actor : in_map) {
    if (!clock_.retired(actor)) forget(actor, clock_.counters(actor));
  }
  for (const Actor& actor : in_map) {
    if (const auto end = ended_.find(actor); end != ended_.end()) forget(actor, CounterSet::up_to(end->second));
  }
}

void CausalReplica::settle_dead_lives(Overlay& disk) {
  std::vector<const DotSet*> clocks{&clock_};
  for (const NodeId& peer : peers()) clocks.push_back(&reports_.at(peer).clock);
  std::map<NodeId, std::set<Actor>> dead;
  for (const DotSet* clock : clocks) {
    for (const auto& [actor, counters] : clock->actors()) {
      auto life = lives_.find(actor.node);
      if (life != lives_.end() && actor.life < life->second) dead[actor.node].insert(actor);
    }
  }
  for (const auto& [node, life] : lives_) {
    // A member that retired more than this node knows why: follow_floor brings this node there.
    bool complete = std::all_of(clocks.begin(), clocks.end(),
                                [&, n = node](const DotSet* c) { return c->floor(n) <= clock_.floor(n); });
    Ends ends;
    for (const Actor& actor : dead[node]) {
      CounterSet somewhere;
      bool retired = false;  // somebody retired it, so all its dots were everywhere
      for (const DotSet* clock : clocks) {
        somewhere.join(clock->counters(actor));
        retired = retired || clock->retired(actor);
      }
      // A hole: a counter that nobody has and, after the seal, nobody can ever receive.
      if (!retired) {
        DotSet voids;
        voids.add(actor, CounterSet::up_to(somewhere.top()).minus(somewhere));
        learn_voids(voids);
      }
      for (const DotSet* clock : clocks) {
        complete = complete && (clock->retired(actor) || clock->counters(actor).base() == somewhere.top());
      }
      if (!clock_.retired(actor)) ends.emplace(actor, clock_.counters(actor).base());
    }
    if (complete && clock_.floor(node) < life) retire(disk, node, life, ends);
  }
}

void CausalReplica::retire(Overlay& disk, const NodeId& node, Incarnation floor, const Ends& ends) {
  add_ends(disk, ends);
  clock_.raise_floor(node, floor);
  cache_.drop_all_answers();
  clock_changed_ = true;
}

void CausalReplica::add_ends(Overlay& disk, const Ends& ends) {
  for (const auto& [actor, last] : ends) {
    ended_[actor] = last;
    disk.put(records::ended(actor), wire::encode(last));
  }
  ends_tag_.reset();
}

// Of a life that both have retired, only what both knew has an end: whoever settled without a dot did so when no member
// had it on its disk, and the copy has just taken away here what was known of it. So all members come to the lowest
// end.
void CausalReplica::agree_on_ends(Overlay& disk, const CopyStart& source) {
  Ends agreed;
  for (const auto& [actor, last] : source.ended) {
    auto mine = ended_.find(actor);
    if (mine != ended_.end()) {
      agreed.emplace(actor, std::min(mine->second, last));
    } else if (!clock_.retired(actor)) {
      agreed.emplace(actor, last);
    }
  }
  Ends longer;
  for (const auto& [actor, last] : ended_) {
    auto end = agreed.find(actor);
    if (source.clock.retired(actor) && (end == agreed.end() || end->second < last)) longer.emplace(actor, last);
  }
  for (const auto& [actor, last] : longer) {
    auto end = agreed.find(actor);
    const CounterSet rest = end == agreed.end() ? CounterSet{} : CounterSet::up_to(end->second);
    std::size_t all = last;
    dot_map_.prune(disk, actor, CounterSet::up_to(last).minus(rest), all);
    if (end != agreed.end()) continue;
    ended_.erase(actor);
    disk.erase(records::ended(actor));
  }
  add_ends(disk, agreed);
}

std::uint64_t CausalReplica::ends_tag() const {
  if (!ends_tag_) ends_tag_ = std::max<std::uint64_t>(fnv1a(wire::encode(ended_)), 1);
  return *ends_tag_;
}

// Contexts shrink as the clock's bases grow, and what is left of a deleted key goes when its dots are forgotten. A
// round over the index of such entries, some per tick.
void CausalReplica::strip(Overlay& disk, std::uint64_t wall_us) {
  std::vector<std::string> keys;
  const std::string from = strip_after_.empty() ? "s" : records::untidy(strip_after_) + '\0';
  disk.scan(from, records::behind("s"), [&](std::string_view record, std::string_view) {
    keys.emplace_back(records::tail(record));
    return keys.size() < batching_.strip_keys;
  });
  for (const std::string& key : keys) {
    Entry mine = taken(disk, key);
    const Was was(mine);
    add_past_of_copy(mine.context, key);
    drop_forgotten_pages(disk, key, mine, dot_map_, batching_.drop_pages);
    keep(disk, key, std::move(mine), was, wall_us);
  }
  strip_after_ = keys.size() < batching_.strip_keys ? "" : keys.back();
}

bool CausalReplica::blocks_forgetting(const NodeId& member) const {
  if (member == self_ || lives_.at(member) == removed_for_ever) return false;
  const Report* report = report_of(member);
  if (report == nullptr) return true;
  return dot_map_.held() > 0 && !lacking(report->clock).empty();
}

std::string CausalReplica::digest() const {
  DotSet all;
  for (const auto& [actor, counters] : clock_.actors()) all.add(actor, counters);
  for (const auto& [actor, last] : ended_) all.add(actor, CounterSet::up_to(last));
  return wire::encode(all);
}

}  // namespace kin::causal
