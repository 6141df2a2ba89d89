// Which key a dot belongs to, for dots that some member may still lack.
//
// Paper: the dot-key map of "DottedDB: Anti-Entropy without Merkle Trees, Deletes without Tombstones", SRDS 2017,
// section 4. Kept on disk, so that a member that is away for long costs no memory. A dot that is not the dot of a
// live value is listed a second time under its key ("shadowed"), so that whoever hands on an entry can name all of
// its dots. The list of a key has an end of its own: a scan in LevelDB passes all erased records on its way to the next
// one that is there, so a list that is empty would cost a walk over everything that was ever forgotten.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/causality/dot_set.hpp"
#include "node/storage/store.hpp"

namespace kin::causal {

class DotMap {
 public:
  // Reads the voids and the count.
  DotMap(const StoreView& store, std::uint64_t held);

  void learn(Overlay& disk, const Dot& dot, std::string_view key);
  void learn_voids(const DotSet& voids);
  // The dot stays in the map, but is not (or no longer) the dot of a value of its key.
  void shadow(Overlay& disk, const Dot& dot, std::string_view key);

  bool holds(const Overlay& disk, const Dot& dot) const;
  bool is_void(const Dot& dot) const { return voids_.has(dot); }
  const DotSet& voids() const { return voids_; }

  // The dots of the key that are in the map and are not dots of its values.
  DotSet shadowed(const Overlay& disk, std::string_view key) const;

  // Visits the mapped dots of the run in order, voids left out. The visitor returns false to stop.
  using Visitor = std::function<bool(std::uint64_t counter, const std::string& key)>;
  void scan(const Overlay& disk, const Actor& actor, CounterSet::Run run, const Visitor& visit) const;

  // Forgets those of `counters` that are in the map, at most `budget` of them, and takes that many off the budget.
  void prune(Overlay& disk, const Actor& actor, const CounterSet& counters, std::size_t& budget);

  // Writes the voids if they changed.
  void persist(Overlay& disk);

  std::uint64_t held() const { return held_ + voids_.size(); }  // dots in the map
  std::uint64_t held_records() const { return held_; }          // those with a record of their own

 private:
  void end_lists(Overlay& disk, const std::set<std::string>& keys) const;

  DotSet voids_;
  bool voids_changed_ = false;
  std::uint64_t held_;
  // Both are empty after a start and spare look-ups from then on.
  DotSet pruned_;       // known to be no longer in the map
  DotSet learnt_here_;  // known to have been put into it
};

}  // namespace kin::causal
