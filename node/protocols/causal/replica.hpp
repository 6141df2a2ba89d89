// One node's state of the causal tier, and every rule by which it changes.
//
// Papers: DAIS 2015 and SRDS 2017 (see dot.hpp, dot_map.hpp), made simpler by every node holding every key, and
// extended by incarnations, a full copy after amnesia, and the retirement of dead incarnations.
// docs/consistency.md tells it in words; tests/model/causal_model.py is the same algorithm as a specification, and
// tests/model drives both with the same histories.
//
// Invariants:
//   I1  a dot in the clock is merged into the entry of its key (entry, clock and dot map change in one batch)
//   I2  the past of an entry = its stripped context + the bases and floors of the clock; while a full copy runs, also
//       the clock with which the copy began, for the keys that it has passed
//   I3  a dot that is in the clock and not in the dot map was once reported by every member
//   I4  no process goes on with the actor of an earlier process
//   I5  whatever a past covers is carried to others by a dot in the clock, so whoever hands on an entry names its dots
//   I6  every dot in the dot map is the dot of a value of its key, or stands among the shadowed dots of its entry
//       or of its pages
//
// Files: replica.cpp (entries), replica_write.cpp, replica_merge.cpp, replica_messages.cpp, replica_plausible.cpp,
// replica_gossip.cpp, replica_copy.cpp, replica_forget.cpp.
// Every function that takes `disk` may write to it; what it wrote must be durable before what it returned leaves.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "common/causality/lineage.hpp"
#include "node/protocols/causal/dot_map.hpp"
#include "node/protocols/causal/entry_cache.hpp"
#include "node/protocols/causal/messages.hpp"
#include "node/protocols/causal/news.hpp"
#include "node/protocols/causal/shadow_pages.hpp"

namespace kin::causal {

struct Outgoing {
  NodeId to;
  Message message;
};
using Outbox = std::vector<Outgoing>;

// The one message. A list in braces would copy it, and some have hundreds of entries.
Outbox only(const NodeId& to, Message message);

// How much goes into one message or one tick.
struct Batching {
  std::size_t answer_keys = 512;          // entries of one answer to gossip
  std::size_t answer_bytes = 256 * 1024;  // about
  std::size_t page_keys = 512;            // keys of one page of a full copy
  std::size_t prune_dots = 50'000;        // dots forgotten in one tick
  std::size_t strip_keys = 2'000;         // contexts looked at in one tick
  std::size_t drop_pages = 64;            // pages of shadowed dots that are given up for each of them
  std::size_t cache_bytes = 192u << 20;   // entries that are kept in memory
  ShadowBounds shadows;                   // what of overwritten dots stands where
  LineageBounds lineage;                  // of what a value says that its writer had seen
};

// An entry as it is read. The siblings are those in memory: valid until the next write or message about the key, or
// persist().
struct EntryView {
  const Siblings& siblings;
  DotSet context;
};

// The dots of the values, sorted; and whether these are all of them.
std::vector<Dot> value_dots(const Siblings& siblings);
bool has_exactly(const Siblings& siblings, const std::vector<Dot>& dots);

// What a write claims to have seen.
struct WriterPast {
  enum class Kind { held, named, nothing };  // all that this node holds, a context, nothing
  Kind kind = Kind::held;
  DotSet dots;             // for `named`
  EntryClock clock;        // for `named`: the join over what was shown
  Lineage lineage;         // for `named`: the versions that were shown, and what their writers had seen
  bool keep_base = false;  // the new value brings along what it may turn out to have in common with others
};

struct Written {
  Dot dot;
  EntryClock clock;     // empty for a delete
  DotSet seen;          // what the writer had seen, and the write itself: never the siblings that stay beside it
  std::string lineage;  // the versions in it, packed; without the write itself
  Siblings replaced;
  const Siblings* now = nullptr;  // the values of the key; valid as those of an EntryView
};

class CausalReplica {
 public:
  // Reads the state. `members` are the configured ones; those that the store knows besides stay members until they
  // are removed.
  CausalReplica(NodeId self, Incarnation life, const std::vector<NodeId>& members, const Overlay& store,
                Batching batching = {});

  // Records this life. Before anything else.
  void start(Overlay& disk);

  // ---- clients (replica_write.cpp, replica.cpp)
  // `value` is nullopt for a delete. wall_us: to show. The past must not name a dot of this life that was never
  // issued, and its clock no stranger to the cluster (see may_name).
  Written write(Overlay& disk, const std::string& key, std::optional<Sibling> value, const WriterPast& past,
                std::uint64_t wall_us);
  EntryView read(const Overlay& disk, std::string_view key) const;
  // Before these keys are read: what only the disk has of them is brought into memory, all of it together.
  void bring(const Overlay& disk, std::span<const std::string_view> keys) const;
  // What keep_answer() was given for the key, as long as a read would say the same: the same values, and a past that
  // covers every dot of this key that is known here (not always all that is known of other keys by now). nullptr where
  // there is none; valid until an entry changes, another answer is kept for the key, or persist().
  const std::string* kept_answer(const HashedView& key) const;
  void keep_answer(std::string_view key, std::string answer) const;
  // Before the key is asked for; nothing but the time that takes depends on it.
  void foresee(const HashedView& key, Foresight step) const { cache_.foresee(key, step); }
  // The whole past of an entry whose context read() gave.
  DotSet filled(const DotSet& context) const;
  // Whether all these dots can have been seen by somebody: known members, and of this life only issued counters.
  bool may_name(const DotSet& dots) const;
  // Whether this clock names known members only. Its counts cannot be checked, since they go on over all lives of a
  // member; they are there to be shown and decide nothing.
  bool may_name(const EntryClock& clock) const;
  // Every dot of the key that is in the dot map (I5), overwritten and deleting ones too: who hands on an entry as it is
  // here names them, else its receiver has a delete's effect without its dot, and cannot tell others that lack it.
  DotSet dots_of(const Overlay& disk, std::string_view key) const;
  // An entry with all its dots, for a message whose base is base().
  EntryState state_with_all_dots(const Overlay& disk, const std::string& key) const;
  DotSet base() const { return clock_.only_base(); }

  // ---- messages
  // Whether everything in the message can be true in this cluster; a sentence about what cannot.
  tl::expected<void, std::string> plausible(const NodeId& sender, const Message& message) const;
  // A message of an older life than is known is refused: on this rest voiding and retiring.
  // Moves the entries out of the message; the rest of it stays as it was.
  Outbox receive(Overlay& disk, const NodeId& sender, Incarnation life, Message& message, std::uint64_t wall_us);
  // Once per gossip interval: tidies up, then asks `peer` for what this node lacks.
  Outbox tick(Overlay& disk, const NodeId& peer, std::uint64_t wall_us);
  // The first half of it alone: forgets what all members have.
  void tidy(Overlay& disk, std::uint64_t wall_us);
  void remove_member(Overlay& disk, const NodeId& member);
  // At the end of a turn: the clock and what changes with it.
  void persist(Overlay& disk);

  // What has happened since the last time.
  News take_news() { return std::exchange(news_, {}); }

  // ---- what is known
  const NodeId& self() const { return self_; }
  Actor actor() const { return {self_, life_}; }
  const DotSet& clock() const { return clock_; }
  const Lives& lives() const { return lives_; }
  std::vector<NodeId> members() const;                         // without the removed ones, this node included
  const std::vector<NodeId>& peers() const { return peers_; }  // the same without this node
  const Report* report_of(const NodeId& member) const;
  const DotMap& dot_map() const { return dot_map_; }
  // The dots that are here and not in `theirs`, those of retired lives included that it has not retired.
  DotSet::Counters lacking(const DotSet& theirs) const;
  // In order, at most `most`: keys (bucket, NUL, key) behind `after` that have a value, a context, or dots in the dot
  // map (deletes that somebody may lack).
  std::vector<std::string> keys_behind(const Overlay& disk, const std::string& after, std::size_t most) const;
  // Whether this node knows that all members have the dot.
  bool settled(const Dot& dot) const;
  const Batching& batching() const { return batching_; }
  std::uint64_t keys() const { return keys_; }
  bool copying() const { return copying_.has_value(); }
  // A newer process of this node, or its removal, is known: this process must stop.
  bool superseded() const { return lives_.at(self_) > life_; }
  // All dots that are here, whether retired or not, as bytes that are equal on two nodes that have the same ones.
  std::string digest() const;
  // Whether this member keeps others from forgetting: it was not heard in its present life, or lacks mapped dots.
  bool blocks_forgetting(const NodeId& member) const;

  void check_invariants(const Overlay& disk) const;

 private:
  // A full copy that this node receives.
  struct CopyIn {
    NodeId from;
    Incarnation life;                // of the source; a new one makes the copy begin again
    std::string after;               // keys up to here are merged
    std::optional<CopyStart> start;  // from the first page
  };

  // What of an entry must be known once it was changed.
  struct Was {
    explicit Was(const Entry& entry);

    std::vector<Dot> dots;  // of its values
    std::size_t shown;
    DotSet context;
    std::uint64_t shadowed;  // how many
    Pages pages;
    bool untidy, empty;
  };

  // replica.cpp
  // Valid until the key's entry is kept anew, or persist().
  const Entry& stored(const Overlay& disk, std::string_view key) const;
  // An entry to be changed, then handed to keep() before anything else is asked about the key.
  Entry taken(const Overlay& disk, const std::string& key) const;
  const Entry& keep(Overlay& disk, const std::string& key, Entry&& entry, const Was& was, std::uint64_t wall_us);
  void add_past_of_copy(DotSet& context, std::string_view key) const;
  // The clock lacks it, and keep() of the key follows.
  void learn(const Dot& dot, const std::string& key);
  bool can_be_pruned(const Dot& dot) const;
  void list_peers();

  // replica_merge.cpp
  void merge(Overlay& disk, const DotSet& base, std::vector<EntryState>&& entries, std::uint64_t wall_us);
  void merge(Entry& mine, const DotSet& base, const DotSet& ahead, EntryState&& theirs, NamedDots& fresh) const;
  // As learn() of one dot, of what a message names; nothing is left of `dots`.
  void learn(NamedDots& dots);

  // replica_messages.cpp
  void hear_of_lives(Overlay& disk, const Lives& lives);
  Outbox on(Overlay& disk, const NodeId& sender, Push& push, std::uint64_t wall_us);
  Outbox on(Overlay& disk, const NodeId& sender, const Ack& ack, std::uint64_t wall_us);
  Outbox on(Overlay& disk, const NodeId& sender, const Fetch& fetch, std::uint64_t wall_us);
  Outbox on(Overlay& disk, const NodeId& sender, Fetched& fetched, std::uint64_t wall_us);
  Outbox on(Overlay& disk, const NodeId& sender, const Refused& refused, std::uint64_t wall_us);

  // replica_gossip.cpp
  Report my_report() const { return {lives_, clock_}; }
  void note_report(Overlay& disk, const NodeId& sender, const Report& report);
  Gossip question() const { return {my_report(), ends_tag()}; }
  Ends ends_from(const DotSet::Floors& floors) const;
  void learn_voids(const DotSet& voids);
  bool knows_what_others_settled_without(const Entries& entries) const;
  void follow_floor(Overlay& disk, const Entries& entries);
  Outbox on(Overlay& disk, const NodeId& sender, const Gossip& gossip, std::uint64_t wall_us);
  Outbox on(Overlay& disk, const NodeId& sender, Entries& entries, std::uint64_t wall_us);

  // replica_copy.cpp
  Outbox on(Overlay& disk, const NodeId& sender, const OfferCopy& offer, std::uint64_t wall_us);
  Outbox on(Overlay& disk, const NodeId& sender, const Copy& copy, std::uint64_t wall_us);
  Outbox on(Overlay& disk, const NodeId& sender, Page& page, std::uint64_t wall_us);
  Outbox begin_copy(const NodeId& source);
  void finish_copy(Overlay& disk);
  // Whether the entry, which these bytes are, goes with the next tidying.
  bool nothing_left(const Overlay& disk, const std::string& key, std::string_view record) const;

  // replica_forget.cpp
  void conclude(Overlay& disk);
  void prune(Overlay& disk);
  void settle_dead_lives(Overlay& disk);
  void retire(Overlay& disk, const NodeId& node, Incarnation floor, const Ends& ends);
  void add_ends(Overlay& disk, const Ends& ends);
  void agree_on_ends(Overlay& disk, const CopyStart& source);
  std::uint64_t ends_tag() const;
  void strip(Overlay& disk, std::uint64_t wall_us);

  const NodeId self_;
  const Incarnation life_;
  const Batching batching_;

  // durable
  Lives lives_;  // newest incarnation known of each member; removed_for_ever once removed
  DotSet clock_;
  std::map<NodeId, Report> reports_;  // what each peer told of itself in its present life
  Ends ended_;
  std::uint64_t keys_ = 0;  // entries with a value
  DotMap dot_map_;

  // volatile
  std::vector<NodeId> peers_;
  std::uint64_t counter_ = 0;  // the last one handed out
  std::optional<CopyIn> copying_;
  bool clock_changed_ = false;
  bool counts_changed_ = false;
  // Trimmed at the end of a turn: one step reads a key several times, and several steps may mean one key.
  mutable EntryCache cache_;
  News news_;
  mutable std::optional<std::uint64_t> ends_tag_;  // counted when it is asked for
  std::string strip_after_;                        // where the next round of stripping goes on
};

}  // namespace kin::causal
