// Which key a dot belongs to, for dots that some member may still lack.
//
// Paper: the dot-key map of "DottedDB: Anti-Entropy without Merkle Trees, Deletes without Tombstones", SRDS 2017,
// section 4. The keys are on disk, so that a member that is away for long costs no memory; which dots are mapped is
// kept in memory too, as runs of counters. What a turn learns of one actor is mostly a row of counters without a gap,
// and is one record (records.hpp): written once, erased once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/causality/dot_set.hpp"
#include "node/protocols/causal/named_dots.hpp"
#include "node/storage/store.hpp"

namespace kin::causal {

class DotMap {
 public:
  // Reads the voids, and which dots are mapped: the whole map is read over once.
  explicit DotMap(const StoreView& store);

  // The dot must not be in the map. It is in it at once, and on disk with persist().
  void learn(const Dot& dot, std::string_view key);
  // The same of many at once; they are sorted, and none is named twice.
  void learn(const NamedDots& dots);
  void learn_voids(const DotSet& voids);

  bool holds(const Dot& dot) const;  // false for voids
  // Those of the dots that are in the map, voids left out.
  DotSet held_of(const DotSet& dots) const;
  // Makes them those.
  void keep_held(DotSet& dots) const;
  const DotSet& voids() const { return voids_; }

  // Those of the actor's counters that are in the map, voids left out.
  CounterSet held_of(const Actor& actor, const CounterSet& counters) const;
  // Visits those in order. The visitor returns false to stop.
  using Visitor = std::function<bool(std::uint64_t counter, const std::string& key)>;
  void scan(const Overlay& disk, const Actor& actor, const CounterSet& counters, const Visitor& visit) const;

  // Those of which anything is in the map, be it a void; in order.
  std::vector<Actor> actors() const;
  // Forgets those of `counters` that are in the map, at most `budget` of them, and takes that many off the budget.
  void prune(Overlay& disk, const Actor& actor, const CounterSet& counters, std::size_t& budget);

  // Writes what was learnt since the last time.
  void persist(Overlay& disk);

  // Dots in the map, voids included.
  std::uint64_t held() const;

  // Ends the process where the records are not what is known here. Reads the whole map.
  void check_invariants(const Overlay& disk) const;

 private:
  using Keys = std::map<std::uint64_t, std::string>;  // by counter

  void write(Overlay& disk, const Actor& actor, const Keys& keys) const;
  void erase(Overlay& disk, const Actor& actor, const CounterSet& gone);

  DotSet voids_;
  bool voids_changed_ = false;
  DotSet::Counters mapped_;
  std::map<Actor, Keys> fresh_;  // of mapped_: not on disk yet
};

}  // namespace kin::causal
