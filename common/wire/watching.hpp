// Watches: questions that are answered when there is something new, and again with the token of the last answer. A node
// keeps nothing of a watch between two questions, so a slow watcher costs nothing, and any node can go on with it.
//
//   token   = "w1." or "c1." base64url(payload check)   see armour.hpp
//   payload = a WatchToken (w1.) or a ConflictsToken (c1.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "common/causality/dot_set.hpp"
#include "common/wire/replies.hpp"

namespace kin::wire {

// Where a walk over all keys that match has got to.
struct WatchWalk {
  std::string after;  // bucket, NUL, key: told up to here
  DotSet until;       // the node's clock when the walk began: seen, once it has ended

  template <class V>
  void fields(V& v) {
    v(after, until);
  }
};

// What a watcher was told, and of what: it is good for the same watch only.
struct WatchToken {
  std::string what;  // watch_hash
  DotSet seen;
  std::optional<WatchWalk> walk;

  template <class V>
  void fields(V& v) {
    v(what, seen, walk);
  }
};

struct ConflictsToken {
  std::string bucket;  // empty: all
  DotSet seen;
  std::vector<std::pair<std::string, std::string>> open;  // bucket and key of the conflicts it knows to be open, sorted

  template <class V>
  void fields(V& v) {
    v(bucket, seen, open);
  }
};

std::string watch_hash(std::string_view bucket, std::string_view name, bool is_prefix);

std::string print_watch(const WatchToken& token);
std::string print_watch(const ConflictsToken& token);
// Error: a sentence for the user. They do not check what the token is for.
tl::expected<WatchToken, std::string> parse_watch(std::string_view text);
tl::expected<ConflictsToken, std::string> parse_conflicts_watch(std::string_view text);

// Where a watch begins that has no token yet.
enum class WatchFrom : std::uint8_t {
  token = 0,  // go on behind `from`
  now = 1,    // answered at once, with a token and no events
  start = 2,  // first with what is there
};

// Kind::watch. Answered as soon as something is new, or without events shortly before the deadline.
struct Watch {
  static constexpr Kind kind = Kind::watch;
  std::string bucket;
  std::string name;  // a key, or what keys begin with
  bool is_prefix = false;
  WatchFrom begin = WatchFrom::token;
  std::string from;            // for WatchFrom::token, as the last reply gave it
  std::uint32_t limit = 1000;  // events of one reply; the node may give fewer

  template <class V>
  void fields(V& v) {
    v(bucket, name, is_prefix, begin, from, limit);
  }
};

// A key that changed, as it is now. No siblings: it was deleted.
struct WatchEvent {
  std::string key;
  std::vector<ShownSibling> siblings;
  EntryClock clock;     // join over the siblings
  std::string context;  // as of a read

  template <class V>
  void fields(V& v) {
    v(key, siblings, clock, context);
  }
};

// Kind::watch_reply. The token covers all of its events.
struct WatchReply {
  NodeId node;
  std::vector<NodeId> order;
  std::vector<WatchEvent> events;
  std::string token;
  bool more = false;       // ask again at once
  bool forgotten = false;  // deletes that all members had forgotten when the watcher came back could not be told

  template <class V>
  void fields(V& v) {
    v(node, order, events, token, more, forgotten);
  }
};

// Kind::watch_conflicts. As Watch; it begins with all that are open.
struct WatchConflicts {
  static constexpr Kind kind = Kind::watch_conflicts;
  std::string bucket;  // empty: all
  std::string from;    // empty: the beginning
  std::uint32_t limit = 1000;

  template <class V>
  void fields(V& v) {
    v(bucket, from, limit);
  }
};

struct ConflictChange {
  std::string bucket, key;
  bool open = false;           // else it is resolved
  std::uint32_t siblings = 0;  // now
  std::uint64_t since_us = 0;  // of an open one: this node's wall clock when it first held more than one value

  template <class V>
  void fields(V& v) {
    v(bucket, key, open, siblings, since_us);
  }
};

// Kind::watch_conflicts_reply
struct WatchConflictsReply {
  NodeId node;
  std::vector<ConflictChange> changes;
  std::string token;
  bool more = false;

  template <class V>
  void fields(V& v) {
    v(node, changes, token, more);
  }
};

// Kind::traces_of: what this node still keeps of a key whose delete got this dot.
struct TracesOf {
  static constexpr Kind kind = Kind::traces_of;
  std::string bucket, key;
  Dot dot;

  template <class V>
  void fields(V& v) {
    v(bucket, key, dot);
  }
};

// Kind::traces_reply
struct TracesReply {
  NodeId node;
  bool has_delete = false;      // the delete is here
  std::uint32_t values = 0;     // that the key has here
  bool record = false;          // the key has an entry here: values, or what a delete had seen
  std::uint64_t mapped = 0;     // dots of the key that some member may lack, as far as this node knows
  std::vector<NodeId> members;  // that have not been removed
  std::vector<NodeId> lacking;  // those of them that are not known to have the delete

  template <class V>
  void fields(V& v) {
    v(node, has_delete, values, record, mapped, members, lacking);
  }
};

}  // namespace kin::wire
