#include "common/causality/dot_set.hpp"

#include <algorithm>
#include <utility>

#include "common/causality/erase_where.hpp"

namespace kin {
namespace {

// Finds the counters of actors that are asked for in order. Sets that are held against each other mostly name the same
// actors, and then it is the next place.
template <class Counters>
class Alongside {
 public:
  explicit Alongside(Counters& all) : at_(all.begin()), end_(all.end()) {}

  // nullptr: none. Not after an actor that stands behind this one.
  auto* of(const Actor& actor) {
    if (at_ != end_ && at_->first < actor) ++at_;
    if (at_ != end_ && at_->first < actor) {
      at_ = std::lower_bound(at_, end_, actor, [](const auto& item, const Actor& one) { return item.first < one; });
    }
    return at_ != end_ && at_->first == actor ? &at_->second : nullptr;
  }

 private:
  decltype(std::declval<Counters&>().begin()) at_;
  decltype(at_) end_;
};

}  // namespace

DotSet::DotSet(Counters counters, Floors floors) : counters_(std::move(counters)), floors_(std::move(floors)) {
  erase_where(floors_, [](const auto& floor) { return floor.second == never_heard; });
  erase_where(counters_, [&](const auto& item) { return item.second.empty() || retired(item.first); });
}

bool DotSet::retired(const Actor& actor) const {
  // There are as many floors as members, and a life that is below one is mostly below its own node's.
  return std::any_of(floors_.begin(), floors_.end(),
                     [&](const auto& floor) { return actor.life < floor.second && actor.node == floor.first; });
}

bool DotSet::has(const Dot& dot) const { return retired(dot.actor) || counters(dot.actor).has(dot.counter); }

bool DotSet::base_has(const Dot& dot) const { return retired(dot.actor) || dot.counter <= counters(dot.actor).base(); }

const CounterSet& DotSet::counters(const Actor& actor) const {
  static const CounterSet none;
  auto found = counters_.find(actor);
  return found == counters_.end() ? none : found->second;
}

std::uint64_t DotSet::size() const {
  std::uint64_t n = 0;
  for (const auto& [actor, set] : counters_) n += set.size();
  return n;
}

std::size_t DotSet::runs() const {
  std::size_t n = 0;
  for (const auto& [actor, set] : counters_) n += set.runs().size();
  return n;
}

void DotSet::add(const Dot& dot) {
  if (!retired(dot.actor)) counters_[dot.actor].add(dot.counter);
}

void DotSet::add(const Actor& actor, const CounterSet& counters) {
  if (retired(actor) || counters.empty()) return;
  const auto [mine, fresh] = counters_.try_emplace(actor, counters);
  if (!fresh) mine->second.join(counters);
}

void DotSet::raise_floor(const NodeId& node, Incarnation floor) {
  if (floor <= this->floor(node)) return;
  floors_[node] = floor;
  erase_where(counters_, [&](const auto& item) { return item.first.node == node && item.first.life < floor; });
}

void DotSet::join(const DotSet& other) {
  if (empty()) {
    *this = other;
    return;
  }
  for (const auto& [node, floor] : other.floors_) raise_floor(node, floor);
  Counters::sequence_type fresh;
  Alongside mine(counters_);
  for (const auto& [actor, set] : other.counters_) {
    if (CounterSet* known = mine.of(actor)) {
      known->join(set);
    } else if (!retired(actor)) {
      fresh.emplace_back(actor, set);
    }
  }
  counters_.insert(boost::container::ordered_unique_range, fresh.begin(), fresh.end());
}

DotSet DotSet::only_base() const {
  DotSet out;
  out.floors_ = floors_;
  out.counters_.reserve(counters_.size());
  for (const auto& [actor, set] : counters_) {
    if (set.base() > 0) out.counters_.emplace_hint(out.counters_.end(), actor, CounterSet::up_to(set.base()));
  }
  return out;
}

DotSet DotSet::beyond(const DotSet& clock) const {
  DotSet out;
  for (const auto& [node, floor] : floors_) {
    if (floor > clock.floor(node)) out.floors_[node] = floor;
  }
  Alongside theirs(clock.counters_);
  for (const auto& [actor, set] : counters_) {
    const CounterSet* named = theirs.of(actor);
    if (named == nullptr && clock.retired(actor)) continue;
    const std::uint64_t known = named == nullptr ? 0 : named->base();
    if (set.top() <= known) continue;
    // A base above the known one stays a base; of a lower one nothing stays.
    CounterSet rest = set.base() > known ? set : set.minus(CounterSet::up_to(known));
    out.counters_.emplace_hint(out.counters_.end(), actor, std::move(rest));
  }
  return out;
}

DotSet::Counters DotSet::minus(const DotSet& other) const {
  Counters out;
  Alongside theirs(other.counters_);
  for (const auto& [actor, set] : counters_) {
    const CounterSet* named = theirs.of(actor);
    if (named == nullptr && other.retired(actor)) continue;
    CounterSet rest = named == nullptr ? set : set.minus(*named);
    if (!rest.empty()) out.emplace_hint(out.end(), actor, std::move(rest));
  }
  return out;
}

Incarnation DotSet::floor(const NodeId& node) const {
  auto found = floors_.find(node);
  return found == floors_.end() ? never_heard : found->second;
}

}  // namespace kin
