// What leaves the node: protocols' messages to peers and replies to clients, gathered over a turn, so that a turn
// says to each receiver what it has to say in one message (or a few, when it would be too large for one).
//
// Nothing leaves before leave() is called, and the trace line of a send is with the operating system by then.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "node/runtime/call_table.hpp"
#include "node/runtime/node_parts.hpp"

namespace kin {

class Departures {
 public:
  // A message grows no further beyond this; a single item may be larger. The transport's queues are bounded in
  // messages, so this bounds what they hold.
  static constexpr std::size_t roomy_message_bytes = 256u << 10;

  explicit Departures(const NodeParts& parts);

  // Traces the send and packs it with that line's clock.
  void send(const TierSend& send);
  void reply(const RouterIdentity& to, std::uint64_t request_id, wire::Kind kind, std::string_view body);
  void fail(const RouterIdentity& to, std::uint64_t request_id, const Failure& failure);

  // Flushes the trace, then hands what is there to the transport, through the fault filter. When the trace cannot be
  // flushed, it is dropped: its clocks would name lines that nobody has.
  void leave_to_peers(std::uint64_t now_ms);
  // The same, and all replies.
  void leave(std::uint64_t now_ms);
  // What the fault filter kept until now.
  void leave_late(std::uint64_t now_ms);
  // Nothing of it will leave.
  void forget();

 private:
  struct Message {
    std::string bytes;
    std::vector<std::size_t> ends;  // where each item ends
  };
  using Messages = std::map<std::string, std::vector<Message>>;  // by receiver

  Message& open_message(Messages& messages, const std::string& to, std::size_t bytes);
  void use_again(Messages&& sent);
  bool flush_trace();  // false once, when it fails
  void send_through_faults(const std::string& peer, const Message& message, std::uint64_t now_ms);

  NodeParts parts_;
  wire::AlikeEnvelopes replies_;  // the envelopes of them
  bool trace_lost_ = false;
  Messages to_peers_;
  Messages to_clients_;
  std::vector<Message> spare_;  // empty ones, for their memory
};

}  // namespace kin
