// Entries as they are kept, unpacked, in memory in front of the store: what is asked for often is neither read from
// disk nor decoded again. Beside an entry stands the packed answer to a read of it, once it was asked for. Bounded in
// bytes. What goes first is what was put longest ago, but whatever was used since gets a second chance: to keep the
// order of all uses would be to touch three entries for each.
//
// Paper: Corbato, "A Paging Experiment with the Multics System", 1968 (the clock).
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/causality/dotted_entry.hpp"
#include "node/protocols/causal/hashed_map.hpp"

namespace kin::causal {

// Records that belong to an entry, by their numbers: those from `first` to before `behind`.
struct Pages {
  std::uint64_t first = 0;
  std::uint64_t behind = 0;

  bool empty() const { return first == behind; }
  bool operator==(const Pages&) const = default;

  template <class V>
  void fields(V& v) {
    v(first, behind);
  }
};

// An entry as it is kept.
struct Entry {
  Siblings siblings;
  DotSet context;   // the past that the clock does not speak for
  DotSet shadowed;  // dots of the key that were mapped when this was written, and are not those of its values
  Pages pages;      // of earlier ones, see shadow_pages.hpp

  // A deleted key leaves no trace once this is true.
  bool empty() const { return siblings.empty() && context.empty() && shadowed.empty() && pages.empty(); }
  // Goes on to shrink as the clock grows and dots are forgotten: a context and pages always, shadowed dots where there
  // is no value, since else the next write of the key leaves out those that are forgotten by then.
  bool untidy() const { return !context.empty() || !pages.empty() || (siblings.empty() && !shadowed.empty()); }

  template <class V>
  void fields(V& v) {
    v.template with_added<2>(siblings, context, shadowed, pages);
  }
};

class EntryCache {
 public:
  // `most_bytes` is what trim() leaves, about: the sizes of keys and values, and a guess of what they cost besides.
  explicit EntryCache(std::size_t most_bytes);

  // nullptr where it is not in memory. Valid until the next put() of the key, or trim().
  const Entry* find(std::string_view key);
  const Entry& put(std::string_view key, Entry entry);
  // Moves the entry out, to be changed: a put() of the key must follow before anything else is asked about it. nullopt
  // where it is not in memory.
  std::optional<Entry> take(std::string_view key);

  // The answer that was kept for the key and not dropped since; nullptr where there is none. put() drops it. It is
  // brought near, and valid until the entry or an answer is put again for the key, or trim().
  const std::string* answer(const HashedView& key);
  // Does nothing where the key's entry is not in memory.
  void keep_answer(std::string_view key, std::string answer);
  void drop_all_answers() { ++epoch_; }

  // Before the key's entry is asked for (foresight.hpp); of an answer, answer() itself is the last step.
  void foresee(const HashedView& key, Foresight step) const;

  // At the end of a turn: down to the bound. Entries that hold nothing are not kept either, so that a deleted key
  // leaves no trace here.
  void trim();

  std::size_t bytes() const { return bytes_; }
  std::size_t size() const { return order_.size(); }

 private:
  struct Slot;
  using Place = HashedMap<Slot>::Place;
  // What a read looks at stands first, beside the key.
  struct Slot {
    bool used = false;        // since it was put, or since trim() passed over it
    bool hollow = false;      // stands in hollow_
    std::uint64_t epoch = 0;  // of the answer
    std::string answer;       // empty when none is kept
    Entry entry;
    std::size_t bytes = 0;
    std::list<Place>::iterator place;
  };

  void weigh(Slot& slot, std::size_t bytes);
  void erase(Place place);

  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::uint64_t epoch_ = 0;  // answers of earlier ones are dropped
  HashedMap<Slot> slots_;
  std::list<Place> order_;     // put last, or passed over last, at the front
  std::vector<Place> hollow_;  // held nothing when they were put
};

}  // namespace kin::causal
