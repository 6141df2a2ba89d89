// One key's concurrent values, each under its dot, and the rules that decide which of them live.
//
// Papers: Almeida, Baquero, Goncalves, Preguica, Fonte, "Scalable and Accurate Causality Tracking for
// Eventually Consistent Stores", DAIS 2014 (dotted version vector sets: sync, update, discard); DAIS 2015 for
// contexts that a node's clock fills again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/causality/dot_set.hpp"
#include "common/causality/version_vector.hpp"

namespace kin {

// What a client may say about a value, besides the value.
using Metadata = std::map<std::string, std::string>;

// One value of a key and where it came from.
struct Sibling {
  std::string value;
  EntryClock clock;
  std::string operation;         // the client's operation id, or empty
  std::string client;            // who wrote it, as the client names itself
  std::uint64_t written_us = 0;  // the coordinator's wall clock, microseconds since 1970; shown, never compared
  std::string content_type;      // as the client says it; shown, never looked at
  Metadata meta;
  std::string lineage;               // what its writer had seen of the key (lineage.hpp), packed; empty: nothing
  std::map<Dot, std::string> bases;  // values that it may turn out to have in common with another; see keep_base

  bool operator==(const Sibling&) const = default;

  template <class V>
  void fields(V& v) {
    v.template with_added<5>(value, clock, operation, client, written_us, content_type, meta, lineage, bases);
  }
};

using Siblings = std::map<Dot, Sibling>;

// What one side has seen of a key, without building the whole set: what a node's clock says for all keys
// (its bases and floors), and what the entry says beyond it. Refers to both; they must outlive it.
class Past {
 public:
  Past(const DotSet& clock, const DotSet& context) : clock_(&clock), context_(&context) {}
  bool has(const Dot& dot) const { return context_->has(dot) || clock_->base_has(dot); }

 private:
  const DotSet* clock_;
  const DotSet* context_;
};

// A sibling stays unless the other side has seen its dot and no longer holds it (DAIS 2014, sync).
Siblings merge_siblings(Siblings a, const Past& a_past, Siblings b, const Past& b_past);

// The siblings that `past` covers move out of `siblings` into the result (DAIS 2014, discard).
Siblings take_covered(Siblings& siblings, const DotSet& past);

// What a client is shown: of several copies of one operation (a retry that two nodes coordinated) the smallest
// dot. The copies stay in the entry: dropping one in a merge would make nodes differ for ever, since which copies
// meet depends on the order of messages. In the order of the dots; points into `siblings`.
std::vector<const Siblings::value_type*> shown(const Siblings& siblings);
std::size_t count_shown(const Siblings& siblings);

// The clock of a new write: the join of what its context names and of what it replaces, the coordinator's own
// component one above every one that the coordinator holds for the key, so that it is new there. It stays at
// max_counter, where only a forged context can have brought it: a clock above that would be a message that no peer
// takes.
EntryClock next_entry_clock(const NodeId& coordinator, EntryClock context, const Siblings& replaced,
                            const Siblings& stay);

}  // namespace kin
