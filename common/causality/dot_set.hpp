// A set of dots: a node's clock, an entry's causal context, what a message settles.
//
// Paper: DAIS 2015 (see dot.hpp), section 3: the node logical clock and the causal context are both of this
// shape. Departure: a floor per node stands for all dots of its retired incarnations, so that restarts do not
// make clocks grow.
#pragma once

#include <boost/container/flat_map.hpp>
#include <cstdint>

#include "common/causality/counter_set.hpp"
#include "common/causality/dot.hpp"

namespace kin {

class DotSet {
 public:
  using Counters = boost::container::flat_map<Actor, CounterSet>;  // few, and copied for every read and write
  using Floors = boost::container::flat_map<NodeId, Incarnation>;

  DotSet() = default;
  // What says nothing is left out: empty sets, retired actors, floors that are never_heard.
  DotSet(Counters counters, Floors floors);

  // Every incarnation of the actor's node below its floor is contained as a whole.
  bool retired(const Actor& actor) const;
  bool has(const Dot& dot) const;
  // Contained through a floor or a base: the part that speaks for all keys of a node at once.
  bool base_has(const Dot& dot) const;
  // All that the set holds of this actor; nothing for a retired one (its last counter is not known here).
  const CounterSet& counters(const Actor& actor) const;
  std::uint64_t top(const Actor& actor) const { return counters(actor).top(); }
  bool empty() const { return counters_.empty() && floors_.empty(); }
  // Number of dots held by counter (floors stand for an unknown number and are not counted).
  std::uint64_t size() const;
  // Number of its runs of counters: what it costs to keep and to send.
  std::size_t runs() const;

  void add(const Dot& dot);
  void add(const Actor& actor, const CounterSet& counters);
  void raise_floor(const NodeId& node, Incarnation floor);
  void join(const DotSet& other);

  // The bases and the floors, without what lies beyond a base.
  DotSet only_base() const;
  // What this set says that the clock's bases and floors do not say already: the stripped context.
  DotSet beyond(const DotSet& clock) const;
  // The dots by counter that this set has and the other one lacks.
  Counters minus(const DotSet& other) const;

  const Counters& actors() const { return counters_; }
  const Floors& floors() const { return floors_; }
  Incarnation floor(const NodeId& node) const;

  bool operator==(const DotSet&) const = default;

 private:
  Counters counters_;  // no empty sets, no retired actors
  Floors floors_;      // no floor that is never_heard
};

}  // namespace kin
