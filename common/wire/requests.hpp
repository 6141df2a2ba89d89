// What clients ask, whatever the tier: the tier of the bucket decides what it means. Replies: replies.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/causality/dotted_entry.hpp"
#include "common/wire/envelope.hpp"

namespace kin::wire {

// How many members must take part.
enum class Quorum : std::uint8_t { bucket = 0, count = 1, majority = 2, all = 3 };

struct Level {
  Quorum quorum = Quorum::bucket;  // bucket: the bucket's own setting
  std::uint32_t count = 0;         // for Quorum::count

  template <class V>
  void fields(V& v) {
    v(quorum, count);
  }
};

// Kind::read
struct Read {
  static constexpr Kind kind = Kind::read;
  std::string bucket, key;
  Level level;

  template <class V>
  void fields(V& v) {
    v(bucket, key, level);
  }
};

// What a write has seen.
enum class Seen : std::uint8_t {
  implied = 0,    // what the coordinator holds, if that is at most one value
  context = 1,    // what the context names
  overwrite = 2,  // all that the coordinator holds
  nothing = 3,    // one more sibling
};

inline constexpr std::size_t max_content_type_bytes = 255;
inline constexpr std::size_t max_meta = 16;
inline constexpr std::size_t max_meta_bytes = 1024;
inline constexpr std::size_t max_operation_bytes = 64;

// Kind::add_update
struct AddUpdate {
  static constexpr Kind kind = Kind::add_update;
  std::string bucket, key, value;
  Seen seen = Seen::implied;
  std::string context;  // for Seen::context, as a reply gave it
  Level level;
  std::string operation;       // unique per operation, the same in every retry; may be empty
  bool want_replaced = false;  // repeat in the reply the values that were replaced (for histories)
  std::string content_type;    // at most max_content_type_bytes
  Metadata meta;               // at most max_meta pairs of together max_meta_bytes

  template <class V>
  void fields(V& v) {
    v.template with_added<8>(bucket, key, value, seen, context, level, operation, want_replaced, content_type, meta);
  }
};

// Kind::remove. `seen`: implied is the same as overwrite.
struct Remove {
  static constexpr Kind kind = Kind::remove;
  std::string bucket, key;
  Seen seen = Seen::implied;
  std::string context;
  Level level;
  std::string operation;
  bool want_replaced = false;

  template <class V>
  void fields(V& v) {
    v(bucket, key, seen, context, level, operation, want_replaced);
  }
};

// Kind::keys. One page, in key order; the next one is asked for with `after`.
struct Keys {
  static constexpr Kind kind = Kind::keys;
  std::string bucket, prefix, after;
  std::uint32_t limit = 1000;  // the node may give fewer

  template <class V>
  void fields(V& v) {
    v(bucket, prefix, after, limit);
  }
};

// Kind::conflicts. One page of the index, all buckets when `bucket` is empty.
struct Conflicts {
  static constexpr Kind kind = Kind::conflicts;
  std::string bucket;
  std::string after_bucket, after_key;
  std::uint32_t limit = 1000;

  template <class V>
  void fields(V& v) {
    v(bucket, after_bucket, after_key, limit);
  }
};

// Kind::explain. What the asked node knows of one key and of its own dealings with the others; asked of every node.
struct Explain {
  static constexpr Kind kind = Kind::explain;
  std::string bucket, key;

  template <class V>
  void fields(V& v) {
    v(bucket, key);
  }
};

// Kind::status: answered by the runtime, also while a fault keeps other clients away.
struct StatusQuery {
  static constexpr Kind kind = Kind::status;
  template <class V>
  void fields(V& v) {
    v();
  }
};

enum class FaultAction : std::uint8_t {
  online = 0,       // undo offline, isolate, hold_gossip
  offline = 1,      // neither clients nor peers reach the node
  isolate = 2,      // peers are cut, clients are served
  hold_gossip = 3,  // nothing leaves for peers, and nothing of theirs is taken, but it may be released
  release_gossip = 4,
  link = 5,   // what this node sends to `peer`: dropped at `drop_percent`, delayed by `delay_ms`
  clear = 6,  // all of the above
};

// Kind::fault: refused (DENIED) by nodes without --enable-faults.
struct Fault {
  static constexpr Kind kind = Kind::fault;
  FaultAction action = FaultAction::clear;
  std::string peer;
  std::uint32_t drop_percent = 0;
  std::uint32_t delay_ms = 0;

  template <class V>
  void fields(V& v) {
    v(action, peer, drop_percent, delay_ms);
  }
};

// Kind::remove_member: for ever. May be repeated.
struct RemoveMember {
  static constexpr Kind kind = Kind::remove_member;
  std::string member;

  template <class V>
  void fields(V& v) {
    v(member);
  }
};

}  // namespace kin::wire
