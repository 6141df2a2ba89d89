// What others have is joined with what is here.
#include <algorithm>

#include "common/assert.hpp"
#include "common/planted.hpp"
#include "node/protocols/causal/replica.hpp"

namespace kin::causal {
namespace {

// A planted bug: what people see of a clock decides, and not the dots.
void drop_lower_clocks(Siblings& siblings) {
  const Siblings all = siblings;
  std::erase_if(siblings, [&](const auto& one) {
    return std::any_of(all.begin(), all.end(), [&](const auto& other) {
      return one.second.clock.compare(other.second.clock) == Relation::before;
    });
  });
}

}  // namespace

void CausalReplica::learn(NamedDots& dots) {
  if (dots.empty()) return;
  const bool sound = dots.sort();
  const DotSet all = dots.dots();
  KIN_REQUIRE(sound, "two keys for one of these dots: " + std::to_string(all.size()) + " dots, " +
                         std::to_string(all.runs()) + " runs");
  clock_.join(all);
  clock_changed_ = true;
  dot_map_.learn(dots);
  news_.learnt.join(all);
  dots = {};
}

// Push, gossip, read repair and full copy all end here. What is kept of an entry beside its values depends on the
// clock, so all of a message is merged before any of it is kept: mostly nothing is left to keep then.
void CausalReplica::merge(Overlay& disk, const DotSet& base, std::vector<EntryState>&& entries, std::uint64_t wall_us) {
  struct Changing {
    Changing(const std::string& name, Entry&& of) : key(name), entry(std::move(of)), was(entry) {}

    const std::string& key;
    Entry entry;
    Was was;
  };
  std::map<std::string_view, Changing> changing;
  const auto keep_one = [&](Changing& mine) { keep(disk, mine.key, std::move(mine.entry), mine.was, wall_us); };
  const DotSet ahead = base.beyond(clock_);
  NamedDots fresh;
  std::vector<HashedView> keys;
  keys.reserve(entries.size());
  for (const EntryState& theirs : entries) keys.emplace_back(theirs.key);
  for (std::size_t seen = 0; seen < entries.size() + foreseen_ahead; ++seen) {
    foresee_at(seen, keys.size(), [&](std::size_t at, Foresight step) { foresee(keys[at], step); });
    if (seen < foreseen_ahead) continue;
    EntryState& theirs = entries[seen - foreseen_ahead];
    const std::string& key = theirs.key;
    const bool last = changing.empty() || changing.rbegin()->first < key;  // mostly
    auto place = last ? changing.end() : changing.lower_bound(key);
    if (!last && place->first == key) {  // no node says a key twice
      learn(fresh);
      keep_one(place->second);
      place = changing.erase(place);
    }
    Changing& mine = changing.try_emplace(place, key, key, taken(disk, key))->second;
    add_past_of_copy(mine.entry.context, key);
    merge(mine.entry, base, ahead, std::move(theirs), fresh);
  }
  learn(fresh);
  for (auto& [key, mine] : changing) keep_one(mine);
}

// Only the values' own dots and the named ones enter the clock: the rest of the past may belong to other keys.
// `ahead`: what the base said beyond the clock before the message; what the clock has learnt since goes in keep().
// `fresh`: the named ones that the clock lacks are added; their key is that of `theirs`.
void CausalReplica::merge(Entry& mine, const DotSet& base, const DotSet& ahead, EntryState&& theirs,
                          NamedDots& fresh) const {
  DotSet dots = std::move(theirs.dots);
  for (const auto& [dot, sibling] : theirs.siblings) {
    if (!dots.has(dot)) dots.add(dot);
  }
  Siblings all;
  if (planted(Bug::late_value_enters)) all = theirs.siblings;
  // Decided before the new dots are learnt: the clock speaks for all keys, and must not yet speak of these.
  mine.siblings = merge_siblings(std::move(mine.siblings), Past(clock_, mine.context), std::move(theirs.siblings),
                                 Past(base, theirs.context));
  mine.siblings.merge(all);
  if (planted(Bug::clocks_decide)) drop_lower_clocks(mine.siblings);
  mine.context.join(ahead);
  mine.context.join(theirs.context);
  for (const auto& [actor, counters] : dots.actors()) {
    if (clock_.retired(actor)) continue;
    CounterSet values;
    for (const auto& [dot, sibling] : mine.siblings) {
      if (dot.actor == actor) values.add(dot.counter);
    }
    const CounterSet& known = clock_.counters(actor);
    for (const CounterSet::Run& run : counters.runs()) {
      const CounterSet lacking = CounterSet::of(run.first, run.last).minus(known);
      for (const CounterSet::Run& one : lacking.runs()) fresh.add(actor, one, theirs.key);
      mine.shadowed.add(actor, lacking.minus(values));
    }
  }
}

}  // namespace kin::causal
