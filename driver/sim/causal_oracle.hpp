// Judges the causal tier by plain sets of writes and what each writer had seen. It knows no clocks and no dots.
//
// The law: what a key shows in the end is exactly its maximal writes, those that no other write had seen. On the way
// every answer of a node must be possible:
//   thin air       a value that nobody wrote, or whose write never happened
//   false conflict two values are shown although the writer of one had seen the other
//   resurrected    a node shows a value although it has seen a write whose writer had seen that value
//   lost           a node that had a value shows it no longer, and no writer had seen it; or it is missing in the end;
//                  or a client was told that a write is applied, and its turn is gone
//   erased         a write removed a value that no writer had seen
//   stale quorum   a read that overlaps the members which acknowledged a write neither shows it nor what saw it
//   own write missed, went back   a session's read is older than what the session wrote or was shown
//
// Writes that only a disk knew which was lost may be missing, also where a backup of that disk has shown them for a
// moment: the others have settled without them, and the full copy that the node then takes does not have them. Whoever
// goes on from what the others have replaces them unseen. To which nodes a write has got is only counted where it is
// certain, so a few writes too many are excused, and none too few. A member that acknowledged a write may have lost its
// disk before the client was told of its copy: nobody can promise that copy.
//
// A turn that is gone may have pushed its writes to others before. Until one of them has such a write on its disk,
// nobody can say whether it happened: it may be missing, and what its writer had seen may be there.
//
// Nearly every answer is right, so each rule is first asked of all writes at once, sixty-four at a time; only where a
// set says that something may be wrong, the writes are gone through one by one. The first question may say yes too
// often (an event that never happened still covers), never too rarely.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/causality/dot.hpp"
#include "driver/sim/event_set.hpp"
#include "driver/sim/session_view.hpp"

namespace kin::sim {

struct Violation {
  std::string rule;   // as above: `lost`
  std::string story;  // names node, key and values
};

class CausalOracle {
 public:
  using Event = std::size_t;  // position among the writes to its key

  explicit CausalOracle(const std::vector<NodeId>& nodes);

  // A write was stepped at `node`, in its turn that is not settled. `seen` must be closed: see closure().
  // `value` is nullopt for a delete; values are unique for each key.
  Event wrote(const NodeId& node, const std::string& key, const std::optional<std::string>& value,
              const EventSet& seen);
  // It was refused in the same step.
  void never_happened(const std::string& key, Event event);
  // `copies` members have had it on disk when its reply was given, the coordinator among them.
  void acknowledged(const std::string& key, Event event, std::uint32_t copies);

  // The client of the write was told that it is applied: from now on it must not be gone with its turn.
  void promised(const std::string& key, Event event);

  // All that somebody has seen who has seen these values: they and what their writers had seen. Values that nobody
  // wrote are left out; shows() tells of them.
  EventSet closure(const std::string& key, const std::vector<std::string>& values) const;
  // The same for a writer, the write itself included.
  EventSet closure(const std::string& key, Event event) const;

  // What the writer had seen, without the write itself.
  const EventSet& seen(const std::string& key, Event event) const;
  // Of these, which are closed, those that no writer of another one of them had seen.
  EventSet newest(const std::string& key, const EventSet& closed) const;
  // The write of this value, where there is one.
  std::optional<Event> event_of(const std::string& key, const std::string& value) const;

  // (causal_oracle_rules.cpp)
  // A node says, in a turn that is not settled, that these are all values of the key. `quorum`: how many members were
  // asked, this one included; `acknowledged_before`: see mark().
  void shows(const NodeId& node, const std::string& key, const std::vector<std::string>& values,
             std::uint32_t quorum = 1, std::uint64_t acknowledged_before = 0);
  // A point in time: a quorum read that is asked now must know all that was acknowledged until now.
  std::uint64_t mark() const { return acknowledgements_; }
  // A write at this node took these values away. Its writer need not have been shown them: a context also covers what
  // was gone before it was given; but then another writer had seen them.
  void erased(const NodeId& node, const std::string& key, const std::vector<std::string>& values);

  // A session was told that its write is applied; and these are all values that a read of it was told.
  // (causal_oracle_sessions.cpp)
  void wrote_in_session(SessionView& session, const std::string& key, Event event) const;
  void read_in_session(const NodeId& node, SessionView& session, const std::string& key,
                       const std::vector<std::string>& values);

  // The last turn of the node is durable, or is gone.
  void settled(const NodeId& node, bool durable);
  // The node's disk has forgotten something, or the node will never come back.
  void forgot(const NodeId& node);

  // The faults are over, all nodes have the same: every key shows this on every node.
  void in_the_end(const NodeId& node, const std::string& key, const std::vector<std::string>& values);

  // Whatever else cannot be, found by who asks.
  void wrong(const char* rule, std::string story);

  // Keys that were written to.
  std::vector<std::string> keys() const;
  std::uint64_t judged() const { return judged_; }    // answers
  std::uint64_t excused() const { return excused_; }  // writes that may be missing with the disk that knew them
  std::uint64_t escaped() const { return escaped_; }  // writes that others have although their turn is gone
  const std::vector<Violation>& violations() const { return violations_; }
  // What is known of the key, for people: a line a write.
  std::vector<std::string> story(const std::string& key) const;

 private:
  enum class Fate { stepped, happened, never };
  using KeyNumber = std::size_t;  // in the order in which keys were first heard of
  struct Write {
    std::optional<std::string> value;
    NodeId node;
    EventSet seen;  // without itself
    Fate fate = Fate::stepped;
    std::uint32_t copies = 1;
    std::uint64_t acknowledged_at = 0;  // count of acknowledgements; 0: never
    std::size_t lost_disks_before = 0;  // how many of lost_disks_ were lost before it was stepped
    bool promised = false;
  };
  struct Key {
    std::deque<Write> writes;                      // a value stays where it is
    std::map<std::string_view, Event> by_value;    // views of writes
    EventSet puts, undone, acknowledged, excused;  // undone: Fate::never
    EventSet uncertain;                            // their turns are gone: excused too
    EventSet seen_by_writers, seen_by_deletes;     // of all writes that were not undone
  };
  // What a node knows of a key.
  struct View {
    Past seen;     // durable
    Past pending;  // of the turn that is not settled
    bool is_pending = false;
    EventSet acknowledged;  // was counted among the members that acknowledged
  };
  struct Node {
    std::vector<View> views;                          // by KeyNumber
    std::vector<KeyNumber> pending;                   // whose views are
    std::vector<std::pair<KeyNumber, Event>> writes;  // of the turn that is not settled
  };

  static std::string name(const Write& write, Event event);
  static std::optional<Event> event_of(const Key& key, std::string_view value);
  KeyNumber number_of(const std::string& key);
  const Key* find(const std::string& key) const;
  Key& at(const std::string& key) { return keys_[numbers_.at(key)]; }
  const Key& at(const std::string& key) const { return keys_[numbers_.at(key)]; }
  static View& view(Node& node, KeyNumber key);
  static Past& pending(Node& node, KeyNumber key);
  void keep_what_escaped(KeyNumber key, const EventSet& seen);
  // One by one: see above. (causal_oracle_rules.cpp, causal_oracle_sessions.cpp)
  void judge_session(const NodeId& node, const SessionView::Key& view, const std::string& key,
                     const std::vector<std::string>& values, const EventSet& shown);
  void judge_shown(const Key& history, const std::string& where, const EventSet& shown);
  void judge_known(const Key& history, const std::string& where, const EventSet& known, const EventSet& shown);
  void judge_quorum(const Key& history, const std::string& where, const EventSet& shown, std::uint32_t quorum,
                    std::uint64_t acknowledged_before);

  std::map<NodeId, Node> nodes_;
  std::map<std::string, KeyNumber> numbers_;
  std::deque<Key> keys_;
  std::vector<NodeId> lost_disks_;  // whose, in order
  std::uint64_t acknowledgements_ = 1;
  std::uint64_t quorums_count_from_ = 0;  // older acknowledgements may have lost a copy
  std::uint64_t judged_ = 0;
  std::uint64_t excused_ = 0;
  std::uint64_t escaped_ = 0;
  std::vector<Violation> violations_;
};

}  // namespace kin::sim
