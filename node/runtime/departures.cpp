#include "node/runtime/departures.hpp"

#include <utility>

#include "common/assert.hpp"
#include "node/runtime/peer_body.hpp"

namespace kin {
namespace {

// What an item takes beside its body, event clock included, lies far below this.
constexpr std::size_t envelope_room = 1u << 20;

constexpr std::size_t most_spare = 16;

wire::EnvelopeView envelope_from(const ReplicaHost& host) {
  wire::EnvelopeView envelope;
  envelope.cluster = host.cluster().cluster;
  envelope.sender = host.self().node;
  envelope.born = host.self().life.born;
  envelope.ordinal = host.self().life.ordinal;
  return envelope;
}

}  // namespace

Departures::Departures(const NodeParts& parts) : parts_(parts), replies_(envelope_from(parts.host)) {}

void Departures::send(const TierSend& tier_send) {
  const Send& send = tier_send.send;
  const ReplicaHost& host = parts_.host;
  KIN_REQUIRE(host.cluster().node(send.to) != nullptr && send.to != host.self().node, "to " + send.to);
  const ProtocolEntry& entry = host.entry(tier_send.tier);
  if (send.body->size() + envelope_room > wire::max_message_bytes) {
    return parts_.log.error("a message of tier " + std::string(entry.name) + " to " + send.to + " is larger than " +
                            std::to_string(wire::max_message_bytes) + " bytes and was dropped");
  }
  if (host.cluster().trace) {
    parts_.trace.event(parts_.time.wall_us(), "send",
                       {{"to", send.to.str()},
                        {"tier", std::string(entry.name)},
                        {"what", send.what},
                        {"bytes", std::to_string(send.body->size())}});
  }
  wire::EnvelopeView stamped = envelope_from(host);
  stamped.kind = wire::Kind::peer;
  stamped.clock = parts_.trace.clock();

  Message& message = open_message(to_peers_, send.to.str(), send.body->size());
  wire::append_packed(message.bytes, stamped, PeerBody{entry.number, *send.body});
  message.ends.push_back(message.bytes.size());
}

void Departures::reply(const RouterIdentity& to, std::uint64_t request_id, wire::Kind kind, std::string_view body) {
  if (body.size() + envelope_room > wire::max_message_bytes) {
    return fail(to, request_id,
                Failure{Status::limit, Applied::unknown,
                        "the answer has " + std::to_string(body.size()) + " bytes, more than a message can hold",
                        parts_.host.self().node, 0, 0});
  }
  Message& message = open_message(to_clients_, to, body.size());
  replies_.append_item(message.bytes, kind, request_id, body);
  message.ends.push_back(message.bytes.size());
}

void Departures::fail(const RouterIdentity& to, std::uint64_t request_id, const Failure& failure) {
  reply(to, request_id, wire::Kind::failure, wire::encode(failure));
}

void Departures::leave_to_peers(std::uint64_t now_ms) {
  if (to_peers_.empty()) return;
  Messages peers = std::exchange(to_peers_, {});
  if (!flush_trace()) return;
  for (const auto& [peer, messages] : peers) {
    for (const Message& message : messages) send_through_faults(peer, message, now_ms);
  }
  use_again(std::move(peers));
}

void Departures::leave(std::uint64_t now_ms) {
  leave_to_peers(now_ms);
  if (to_clients_.empty()) return;
  flush_trace();  // who holds a reply may look for its story
  for (const auto& [client, messages] : to_clients_) {
    for (const Message& message : messages) parts_.transport.send_to_client(client, message.bytes);
  }
  use_again(std::exchange(to_clients_, {}));
}

void Departures::use_again(Messages&& sent) {
  for (auto& [receiver, messages] : sent) {
    for (Message& message : messages) {
      if (spare_.size() == most_spare || message.bytes.capacity() > 2 * roomy_message_bytes) continue;
      message.bytes.clear();
      message.ends.clear();
      spare_.push_back(std::move(message));
    }
  }
}

bool Departures::flush_trace() {
  if (!parts_.host.cluster().trace || trace_lost_ || parts_.trace.flush()) return true;
  trace_lost_ = true;
  parts_.log.error("the causal trace could not be written and is off from now on");
  return false;
}

void Departures::leave_late(std::uint64_t now_ms) {
  for (const FaultFilter::Due& due : parts_.faults.take_due(now_ms)) parts_.transport.send_to_peer(due.peer, due.item);
}

void Departures::forget() {
  to_peers_.clear();
  to_clients_.clear();
}

Departures::Message& Departures::open_message(Messages& messages, const std::string& to, std::size_t bytes) {
  std::vector<Message>& of_receiver = messages[to];
  if (of_receiver.empty() || of_receiver.back().bytes.size() + bytes > roomy_message_bytes) {
    of_receiver.emplace_back();
    if (!spare_.empty()) {
      of_receiver.back() = std::move(spare_.back());
      spare_.pop_back();
    }
  }
  return of_receiver.back();
}

void Departures::send_through_faults(const std::string& peer, const Message& message, std::uint64_t now_ms) {
  if (!parts_.faults.meddles_with_sends()) {
    parts_.transport.send_to_peer(peer, message.bytes);
    return;
  }
  std::string passed;
  std::size_t start = 0;
  for (const std::size_t end : message.ends) {
    const std::string_view item = std::string_view(message.bytes).substr(start, end - start);
    if (parts_.faults.outgoing(peer, item, now_ms)) passed += item;
    start = end;
  }
  if (!passed.empty()) parts_.transport.send_to_peer(peer, passed);
}

}  // namespace kin
