// Gossip: a node sends what it has seen and gets exactly the entries that it lacks. Nothing scans, nothing hashes.
// SRDS 2017, section 4.2; the report of the asker is never joined into the clock of the answerer.
#include <algorithm>
#include <utility>

#include "common/assert.hpp"
#include "common/planted.hpp"
#include "node/protocols/causal/records.hpp"
#include "node/protocols/causal/replica.hpp"

namespace kin::causal {

void CausalReplica::tidy(Overlay& disk, std::uint64_t wall_us) {
  conclude(disk);
  strip(disk, wall_us);
}

Outbox CausalReplica::tick(Overlay& disk, const NodeId& peer, std::uint64_t wall_us) {
  tidy(disk, wall_us);
  if (copying_ && lives_.at(copying_->from) == copying_->life) return only(copying_->from, Copy{copying_->after});
  copying_.reset();
  return only(peer, question());
}

void CausalReplica::note_report(Overlay& disk, const NodeId& sender, const Report& report) {
  hear_of_lives(disk, report.lives);
  if (report.lives.at(sender) != lives_.at(sender)) return;  // an old life's report
  auto [held, first] = reports_.try_emplace(sender, report);
  if (!first) {
    // Reports may arrive out of order: keep the join, both were true.
    const Report before = held->second;
    for (const auto& [member, life] : report.lives)
      held->second.lives[member] = std::max(held->second.lives[member], life);
    held->second.clock.join(report.clock);
    if (before.lives == held->second.lives && before.clock == held->second.clock) return;
  }
  disk.put(records::report(sender), wire::encode(held->second));
}

DotSet::Counters CausalReplica::lacking(const DotSet& theirs) const {
  DotSet::Counters out = clock_.minus(theirs);
  for (const auto& [actor, last] : ended_) {
    if (theirs.retired(actor)) continue;
    CounterSet rest = CounterSet::up_to(last).minus(theirs.counters(actor));
    if (!rest.empty()) out[actor].join(rest);
  }
  return out;
}

Ends CausalReplica::ends_from(const DotSet::Floors& floors) const {
  Ends out;
  for (const auto& [actor, last] : ended_) {
    auto floor = floors.find(actor.node);
    if (floor == floors.end() || actor.life >= floor->second) out.emplace(actor, last);
  }
  return out;
}

Outbox CausalReplica::on(Overlay& disk, const NodeId& sender, const Gossip& gossip, std::uint64_t) {
  note_report(disk, sender, gossip.report);
  if (lives_.at(sender) == removed_for_ever) return {};
  // Questions overtake each other, and an old one names less than its sender has told since. What all members have told
  // to have may be forgotten here: answered by the old question alone, the sender would be offered a full copy.
  const Report* known = report_of(sender);  // none: its life is not the one that is known
  const DotSet& theirs = known == nullptr ? gossip.report.clock : known->clock;
  // The same floors over other lives: a backup knows what all others had lost and settled without. Then all of it is
  // told. The tag belongs to the floors of its question.
  const bool other_ends =
      gossip.ends_tag != 0 && gossip.ends_tag != ends_tag() && gossip.report.clock.floors() == clock_.floors();
  const DotSet::Floors from = other_ends ? DotSet::Floors{} : theirs.floors();
  Entries answer{my_report(), from, ends_from(from), {}, {}, false};
  std::map<std::string, bool> taken;
  std::size_t bytes = 0;
  for (const auto& item : lacking(theirs)) {
    const Actor& actor = item.first;
    const CounterSet& counters = item.second;
    const CounterSet voids = counters.intersect(dot_map_.voids().counters(actor));
    answer.voids.add(actor, voids);
    const CounterSet wanted = counters.minus(voids);
    CounterSet told = dot_map_.held_of(actor, wanted);
    // All had it once, and the asker forgot it: its key cannot be named any more. Never skipped in silence.
    const CounterSet unknown = planted(Bug::wiped_node_skipped) ? CounterSet{} : wanted.minus(told);
    if (!unknown.empty()) told = told.intersect(CounterSet::up_to(unknown.runs().front().first));
    dot_map_.scan(disk, actor, told, [&](std::uint64_t counter, const std::string& key) {
      if (taken.contains(key)) return true;
      if (answer.entries.size() >= batching_.answer_keys || bytes >= batching_.answer_bytes) {
        answer.more = true;
        return false;
      }
      EntryState state = state_with_all_dots(disk, key);
      DotSet dots;
      for (auto& [a, set] : state.dots.minus(theirs)) dots.add(a, set);
      // No message holds it, which values from before a change of the cluster file can come to. Others must go on.
      if (state.about_bytes() > most_sent_bytes) return true;
      KIN_REQUIRE(dots.has({actor, counter}), "the entry of " + to_string(Dot{actor, counter}) + " does not name it");
      state.dots = std::move(dots);
      bytes += state.about_bytes();
      taken.emplace(key, true);
      answer.entries.push_back(std::move(state));
      return true;
    });
    if (answer.more) break;
    if (!unknown.empty()) return only(sender, OfferCopy{my_report()});
  }
  if (planted(Bug::last_entry_skipped) && !answer.entries.empty()) answer.entries.pop_back();
  return only(sender, std::move(answer));
}

void CausalReplica::learn_voids(const DotSet& voids) {
  DotSet fresh;
  for (const auto& [actor, counters] : voids.minus(clock_)) fresh.add(actor, counters);
  if (fresh.empty() || planted(Bug::voids_not_learnt)) return;
  clock_.join(fresh);
  cache_.drop_all_answers();
  clock_changed_ = true;
  dot_map_.learn_voids(fresh);
}

Outbox CausalReplica::on(Overlay& disk, const NodeId& sender, Entries& entries, std::uint64_t wall_us) {
  note_report(disk, sender, entries.report);
  const bool changed_before = std::exchange(clock_changed_, false);
  learn_voids(entries.voids);
  const DotSet base = entries.report.clock.only_base();
  merge(disk, base, std::move(entries.entries), wall_us);
  const bool taught = clock_changed_;
  clock_changed_ = clock_changed_ || changed_before;
  if (knows_what_others_settled_without(entries)) {
    if (!copying_) return begin_copy(sender);
  } else {
    follow_floor(disk, entries);
  }
  // Only what was new asks on: else each repeated answer, and each round that begins before the last one is through,
  // makes one more chain of questions for the same entries.
  if (!entries.more || !taught) return {};
  return only(sender, question());
}

// A disk that came back from a backup, after it was lost and the others settled what it had known alone: its dots are
// void for them. Following their floor would keep those values here and nowhere else. A full copy takes them away.
bool CausalReplica::knows_what_others_settled_without(const Entries& entries) const {
  const auto without = [&](const Actor& actor, std::uint64_t top) {
    auto asked = entries.asked_from.find(actor.node);
    const Incarnation from = asked == entries.asked_from.end() ? never_heard : asked->second;
    // The list of ends is complete only from there on.
    if (!entries.report.clock.retired(actor) || actor.life < from) return false;
    auto end = entries.ended.find(actor);
    return end == entries.ended.end() || top > end->second;
  };
  const auto& actors = clock_.actors();
  if (std::any_of(actors.begin(), actors.end(), [&](const auto& a) { return without(a.first, a.second.top()); })) {
    return true;
  }
  // What is retired here lies below the floors with which this node asks.
  if (!entries.asked_from.empty()) return false;
  return std::any_of(ended_.begin(), ended_.end(), [&](const auto& end) { return without(end.first, end.second); });
}

// The answerer has retired lives that this node has not. Followed only where every dot of them is here; the list of
// ends is complete only from the floor that the asker had told.
void CausalReplica::follow_floor(Overlay& disk, const Entries& entries) {
  for (const auto& [node, floor] : entries.report.clock.floors()) {
    const Incarnation mine = clock_.floor(node);
    auto asked = entries.asked_from.find(node);
    const Incarnation from = asked == entries.asked_from.end() ? never_heard : asked->second;
    if (mine >= floor || mine < from) continue;
    Ends lives;
    bool complete = true;
    for (const auto& [actor, last] : entries.ended) {
      if (actor.node != node || actor.life < mine || actor.life >= floor) continue;
      const bool has_all = clock_.counters(actor).base() == last;
      complete = complete && (has_all || planted(Bug::floor_without_its_dots));
      lives.emplace(actor, last);
    }
    if (complete) retire(disk, node, floor, lives);
  }
}

}  // namespace kin::causal
