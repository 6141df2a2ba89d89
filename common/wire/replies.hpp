// What nodes answer to requests.hpp. A reply of Kind::failure has a kin::Failure (status.hpp) as its body.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/causality/dotted_entry.hpp"
#include "common/wire/envelope.hpp"

namespace kin::wire {

// One value as a reader sees it.
struct ShownSibling {
  std::string value;
  EntryClock clock;
  Dot dot;
  std::string client;
  std::uint64_t written_us = 0;  // coordinator's wall clock, microseconds since 1970
  std::string operation;
  std::string content_type;
  Metadata meta;

  bool operator==(const ShownSibling&) const = default;

  template <class V>
  void fields(V& v) {
    v.template with_added<6>(value, clock, dot, client, written_us, operation, content_type, meta);
  }
};

// Kind::read_reply. No siblings: the key is not there (NOT_FOUND to the user), the context is still good.
struct ReadReply {
  NodeId node;
  std::vector<NodeId> order;  // in the order in which clocks are printed
  std::vector<ShownSibling> siblings;
  EntryClock clock;     // join over the siblings
  std::string context;  // printable, safe in a shell
  std::uint32_t got = 0, wanted = 0;

  template <class V>
  void fields(V& v) {
    v(node, order, siblings, clock, context, got, wanted);
  }
};

// A packed ReadReply with another tally. `alone` is that of a node that asked nobody: its tally, 1 and 1, is its last
// two bytes.
inline std::string with_tally(std::string alone, std::uint32_t got, std::uint32_t wanted) {
  alone.resize(alone.size() - 2);
  append_packed(alone, got, wanted);
  return alone;
}

struct Replaced {
  Dot dot;
  std::optional<std::string> value;  // where the request asked for it

  template <class V>
  void fields(V& v) {
    v(dot, value);
  }
};

// Kind::write_reply, for add_update and remove. Fewer than `wanted` in time: still this reply, applied, PARTIAL.
struct WriteReply {
  NodeId node;
  std::vector<NodeId> order;
  Dot dot;
  EntryClock clock;     // of the new value; empty for a delete
  std::string context;  // what this write had seen and itself
  std::vector<Replaced> replaced;
  std::vector<ShownSibling> siblings;  // all that is there now; more than one is a conflict
  std::uint32_t got = 0, wanted = 0;
  std::string warning;  // such as: 17 siblings

  template <class V>
  void fields(V& v) {
    v(node, order, dot, clock, context, replaced, siblings, got, wanted, warning);
  }
};

struct KeysReply {
  std::vector<std::string> keys;
  bool more = false;

  template <class V>
  void fields(V& v) {
    v(keys, more);
  }
};

struct ConflictRow {
  std::string bucket, key;
  std::uint32_t siblings = 0;
  std::uint64_t since_us = 0;        // this node's wall clock when it first held more than one value
  std::vector<std::string> writers;  // the clients that wrote them, each once, in the order of the values

  template <class V>
  void fields(V& v) {
    v.template with_added<4>(bucket, key, siblings, since_us, writers);
  }
};

struct ConflictsReply {
  std::vector<ConflictRow> rows;
  bool more = false;

  template <class V>
  void fields(V& v) {
    v(rows, more);
  }
};

// One value as explain tells of it: also the copies of an operation that read does not show.
struct ToldSibling {
  ShownSibling shown;
  std::string lineage;  // what its writer had seen: lineage_codec.hpp
  // The asked node's wall clock when it took the value in; 0: not recorded, it came before the conflict
  std::uint64_t known_since_us = 0;

  bool operator==(const ToldSibling&) const = default;

  template <class V>
  void fields(V& v) {
    v(shown, lineage, known_since_us);
  }
};

// A time in which the asked node heard nothing of another member, by its own wall clock.
struct Silence {
  NodeId member;
  std::uint64_t from_us = 0;
  std::uint64_t until_us = 0;  // 0: it lasts

  bool operator==(const Silence&) const = default;

  template <class V>
  void fields(V& v) {
    v(member, from_us, until_us);
  }
};

// What a bucket keeps of the last common value while a conflict is open.
struct BaseValue {
  Dot dot;
  std::string value;

  bool operator==(const BaseValue&) const = default;

  template <class V>
  void fields(V& v) {
    v(dot, value);
  }
};

// Kind::explain_reply
struct ExplainReply {
  NodeId node;
  std::vector<NodeId> order;
  std::vector<ToldSibling> siblings;
  std::string context;                  // as of a read
  std::uint64_t conflict_since_us = 0;  // 0: there is none
  Incarnation incarnation;
  std::uint64_t started_us = 0;   // wall clock of the process's start, or of the first that it heard of it
  std::uint64_t now_us = 0;       // wall clock of this answer
  std::vector<Silence> silences;  // the last of them, in the order in which they began
  std::vector<BaseValue> bases;   // of a bucket with keep_base
  std::string rule;               // on_conflict of the bucket: latest, max, union; empty: reads show all values

  template <class V>
  void fields(V& v) {
    v.template with_added<10>(node, order, siblings, context, conflict_since_us, incarnation, started_us, now_us,
                              silences, bases, rule);
  }
};

// How a tier stands towards one other member, in words that fit every tier.
struct PeerReport {
  NodeId member;
  std::string state;  // reachable | silent | removed | never-heard
  Incarnation incarnation;
  std::uint64_t heard_ms_ago = 0;
  std::uint64_t it_lacks = 0;  // updates that are here and that it has not reported
  std::uint64_t we_lack = 0;   // updates that it has reported and that are not here
  bool blocks_forgetting = false;

  template <class V>
  void fields(V& v) {
    v(member, state, incarnation, heard_ms_ago, it_lacks, we_lack, blocks_forgetting);
  }
  bool operator==(const PeerReport&) const = default;
};

struct TierReport {
  std::string tier;
  std::uint64_t keys = 0;
  std::string digest;           // equal on two nodes exactly when they have taken in the same updates
  std::uint64_t held_back = 0;  // what cannot be forgotten yet, because some member may lack it
  std::vector<PeerReport> peers;
  std::vector<std::pair<std::string, std::uint64_t>> counters;  // further numbers, named by the tier
  std::uint64_t no_user_keys = 0;                               // of `keys`, those that users do not call keys: tokens

  template <class V>
  void fields(V& v) {
    v.template with_added<6>(tier, keys, digest, held_back, peers, counters, no_user_keys);
  }
};

// Kind::status_reply
struct StatusReply {
  NodeId node;
  std::string cluster, version;
  Incarnation incarnation;
  std::uint64_t uptime_ms = 0;
  std::vector<std::string> faults;  // in words; empty when there are none
  bool faults_enabled = false;
  std::vector<TierReport> tiers;
  std::vector<std::pair<std::string, std::uint64_t>> counters;  // of the runtime and the transport

  template <class V>
  void fields(V& v) {
    v(node, cluster, version, incarnation, uptime_ms, faults, faults_enabled, tiers, counters);
  }
};

// Kind::done: nothing more to say than that it is done.
struct Done {
  std::string message;

  template <class V>
  void fields(V& v) {
    v(message);
  }
};

}  // namespace kin::wire
