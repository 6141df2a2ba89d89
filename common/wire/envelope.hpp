// The envelope around everything that travels. A ZeroMQ message holds one frame:
//
//   message  = item+                     several requests, or replies, may share one message
//   item     = envelope body             two msgpack objects, one behind the other
//   envelope = [version, cluster, kind, request_id, sender, born, ordinal, deadline_ms, clock]
//   body     = an array; what is in it depends on the kind (requests.hpp, replies.hpp, a tier's messages)
//
// The first element of every later version of the envelope stays the version and the fourth the request id, so
// that a newer peer can be told that it is too new. Numbers of kinds are never reused.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "common/wire/codec.hpp"

namespace kin::wire {

inline constexpr std::uint32_t protocol_version = 1;

enum class Kind : std::uint16_t {
  // from clients
  read = 1,
  add_update = 2,
  remove = 3,
  keys = 4,
  conflicts = 5,
  token_create = 6,
  token_write = 7,
  token_read = 8,
  token_drop = 9,
  token_list = 10,
  token_show = 11,
  token_silence = 12,
  explain = 13,
  in_session = 16,
  watch = 17,
  watch_conflicts = 18,
  traces_of = 19,
  // from clients to the runtime itself, whatever the tier
  status = 32,
  fault = 33,
  remove_member = 34,
  // between members: the body is [tier number, bytes of the tier's own message]
  peer = 64,
  // to clients
  failure = 128,
  read_reply = 129,
  write_reply = 130,
  keys_reply = 131,
  conflicts_reply = 132,
  status_reply = 133,
  done = 134,
  token_reply = 135,
  token_progress = 136,
  tokens_reply = 137,
  token_show_reply = 138,
  explain_reply = 139,
  in_session_reply = 142,
  watch_reply = 143,
  watch_conflicts_reply = 144,
  traces_reply = 145,
};

// A process's event clock: host (`n1.3`) to number of its trace lines. Not an entry clock.
using EventClock = std::map<std::string, std::uint64_t>;

template <class Text>
struct BasicEnvelope {
  std::uint32_t version = protocol_version;
  Text cluster{};  // empty from a client that does not know it
  Kind kind = Kind::failure;
  std::uint64_t request_id = 0;  // chosen by the asker, repeated in the reply; 0 between members
  Text sender{};                 // a member's id, or how a client names itself (user@host:pid)
  std::uint64_t born = 0;        // the sender's incarnation; 0 from clients
  std::uint32_t ordinal = 0;
  std::uint32_t deadline_ms = 0;  // how long the asker will wait, counted from when it sent; 0 = no limit of its own
  EventClock clock;               // of the trace line of this send; empty from clients

  template <class V>
  void fields(V& v) {
    v(version, cluster, kind, request_id, sender, born, ordinal, deadline_ms, clock);
  }

  BasicEnvelope<std::string> owned() const {
    return {version, std::string(cluster), kind, request_id, std::string(sender), born, ordinal, deadline_ms, clock};
  }
};

using Envelope = BasicEnvelope<std::string>;
// Its names belong to somebody else: to the bytes that it was read from, or to who sends it. Each item of a message has
// an envelope, and copies of names that nearly always are the same ones cost as much as the rest of it.
using EnvelopeView = BasicEnvelope<std::string_view>;

// One item of a message, as received: views into the received bytes.
struct Item {
  EnvelopeView envelope;
  std::string_view body;
};

struct BadItem {
  std::string what;
  // Set when the bytes are a well-formed envelope of a newer version: who asked can be told.
  bool newer_version = false;
  std::uint64_t request_id = 0;
};

template <class Text>
void append_item(std::string& message, const BasicEnvelope<Text>& envelope, std::string_view body) {
  Packer(message).put(envelope);
  message += body;
}

template <class Text, class Body>
void append_item(std::string& message, const BasicEnvelope<Text>& envelope, const Body& body) {
  append_item(message, envelope, std::string_view(encode(body)));
}

// Envelopes that differ in nothing but their kind and request id, as those of a node's replies: what they have in
// common is packed once.
class AlikeEnvelopes {
 public:
  explicit AlikeEnvelopes(EnvelopeView all);
  void append_item(std::string& message, Kind kind, std::uint64_t request_id, std::string_view body) const;

 private:
  std::string before_, behind_;  // the two
};

// Reads the item at message[offset] and moves offset behind it. After an error the rest of the message is lost.
tl::expected<Item, BadItem> next_item(std::string_view message, std::size_t& offset);

}  // namespace kin::wire
