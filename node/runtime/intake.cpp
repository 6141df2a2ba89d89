#include "node/runtime/intake.hpp"

#include <algorithm>
#include <utility>

#include "node/runtime/peer_body.hpp"
#include "node/runtime/routing.hpp"

namespace kin {
namespace {

constexpr std::size_t longest_shown_key = 128;

enum class Sort { request, peer, failure };

Sort sort_of(wire::Kind kind) {
  if (kind == wire::Kind::peer) return Sort::peer;
  return kind == wire::Kind::failure ? Sort::failure : Sort::request;
}

std::string who(const RouterIdentity& from, const wire::EnvelopeView& envelope) {
  return envelope.sender.empty() ? name_of_connection(from) : std::string(envelope.sender);
}

// bucket/key, or what a request without a bucket is about.
void append_subject(std::string& about, const Route& route) {
  const std::string_view key = route.key.substr(0, longest_shown_key);
  about.reserve(route.bucket.size() + 1 + key.size());  // it is kept with the call: no more than that
  LineWriter out(about);
  if (!route.bucket.empty()) {
    put_escaped(out, route.bucket);
    out.put("/");
  }
  put_escaped(out, key);
}

// Both are checked before anything is kept: the codec does not limit them below the size of a message.
bool is_modest(const wire::EnvelopeView& envelope) {
  return envelope.sender.size() <= wire::max_name_bytes && envelope.clock.size() <= Intake::most_clock_entries;
}

}  // namespace

Intake::Intake(const NodeParts& parts, CallTable& calls, Departures& departures, RuntimeCounters& counters)
    : parts_(parts),
      calls_(calls),
      departures_(departures),
      counters_(counters),
      admin_(parts, counters),
      complaints_(parts.log) {}

void Intake::take_next(Arrival& message) {
  if (message.items == 0) {
    message.came_us = parts_.time.now_us();
    message.came_wall_us = parts_.time.wall_us();
  }
  const std::string_view bytes = message.bytes;
  const std::size_t start = message.taken;
  if (++message.items > most_items) {
    message.taken = bytes.size();
    return refuse_unreadable(message.from, {}, wire::BadItem{"too many items in one message"});
  }
  auto item = wire::next_item(bytes, message.taken);
  if (item) return take_item(message, *item, bytes.substr(start, message.taken - start));
  message.taken = bytes.size();
  refuse_unreadable(message.from, bytes.substr(start), item.error());
}

std::vector<Reply> Intake::take_answers() { return std::exchange(answers_, {}); }

void Intake::note_steps(std::string_view sender) {
  StepNotes notes = parts_.host.take_notes();
  if (parts_.host.cluster().trace) {
    for (TraceEvent& event : notes.trace) {
      for (auto& [field, text] : event.fields) {
        if (field == "value") text = parts_.values.print(text);
      }
      parts_.trace.event(parts_.time.wall_us(), event.name, event.fields);
    }
  }
  for (const std::string& warning : notes.warnings) parts_.log.warn(warning);
  for (const std::string& what : notes.malformed) note_malformed(sender, what);
}

void Intake::note_malformed(std::string_view sender, std::string_view what) {
  ++counters_.malformed;
  complaints_.about(sender, "malformed", what);
}

void Intake::take_item(const Arrival& message, const wire::Item& item, std::string_view bytes) {
  if (!is_modest(item.envelope)) {
    return refuse_unreadable(message.from, bytes, wire::BadItem{"a sender's name or event clock that is too long"});
  }
  switch (sort_of(item.envelope.kind)) {
    case Sort::request: return take_request(message, item);
    case Sort::peer: return take_from_peer(item, bytes);
    // Our answer would be a failure too: two nodes could go on for ever.
    case Sort::failure: return note_malformed(who(message.from, item.envelope), "a failure, where nothing was asked");
  }
}

void Intake::take_request(const Arrival& message, const wire::Item& item) {
  const RouterIdentity& from = message.from;
  const wire::EnvelopeView& envelope = item.envelope;
  const ClusterConfig& cluster = parts_.host.cluster();
  if (!parts_.faults.clients_reach_us() && !Admin::serves_always(envelope.kind)) {
    ++counters_.kept_away_by_fault;
    return;
  }
  if (!envelope.cluster.empty() && envelope.cluster != cluster.cluster) {
    ++counters_.other_cluster;
    complaints_.about(who(from, envelope), "other cluster", "meant for cluster " + std::string(envelope.cluster));
    return departures_.fail(from, envelope.request_id,
                            refusal(Status::usage, "this node belongs to cluster " + cluster.cluster + ", not to " +
                                                       std::string(envelope.cluster.substr(0, wire::max_name_bytes))));
  }

  const std::uint32_t wait_ms = envelope.deadline_ms == 0 ? cluster.request_ms : envelope.deadline_ms;
  const auto opened = calls_.open();
  if (!opened) {
    ++counters_.calls_refused;
    return departures_.fail(
        from, envelope.request_id,
        refusal(Status::unavailable, std::to_string(calls_.size()) + " requests wait at this node already; try again"));
  }
  ++counters_.calls;
  const CallId id = opened->id;
  Call& call = opened->call;
  call.from = from;
  call.request_id = envelope.request_id;
  call.kind = envelope.kind;
  call.started_us = message.came_us;
  call.deadline_ms = call.started_us / 1000 + std::min(wait_ms, longest_wait_ms);
  call.client = envelope.sender;
  if (call.client.empty()) call.client = name_of_connection(from);

  if (Admin::serves(envelope.kind)) {
    Admin::Answer answer = admin_.answer(id, envelope.kind, item.body);
    answers_.push_back(std::move(answer.reply));
    if (!answer.malformed.empty()) note_malformed(who(from, envelope), answer.malformed);
    return note_steps(who(from, envelope));
  }
  const auto route = kin::route(parts_.host, envelope.kind, item.body);
  if (!route) {
    if (route.error().malformed) note_malformed(who(from, envelope), route.error().failure.message);
    answers_.push_back({id, wire::Kind::failure, wire::encode(route.error().failure)});
    return;
  }
  if (parts_.log.enabled(LogLevel::info)) append_subject(call.about, *route);
  parts_.host.step(route->tier,
                   ClientCall{id, envelope.kind, item.body, envelope.sender, call.deadline_ms, message.came_wall_us});
  note_steps(call.client);
}

void Intake::take_from_peer(const wire::Item& item, std::string_view bytes) {
  const wire::EnvelopeView& envelope = item.envelope;
  const ReplicaHost& host = parts_.host;
  if (envelope.cluster != host.cluster().cluster) {
    ++counters_.other_cluster;
    return complaints_.about(envelope.sender, "other cluster",
                             "a peer's message for cluster " + std::string(envelope.cluster));
  }
  const NodeConfig* member = host.cluster().node(envelope.sender);
  if (member == nullptr || member->id == host.self().node) {
    ++counters_.not_a_member;
    return complaints_.about(envelope.sender, "not a member", "a peer's message from no other member");
  }
  switch (parts_.faults.incoming()) {
    case FaultFilter::Incoming::lose: ++counters_.kept_away_by_fault; return;
    case FaultFilter::Incoming::wait: return parts_.faults.keep_incoming(bytes);
    case FaultFilter::Incoming::take: break;
  }
  auto body = wire::decode<PeerBody>(item.body);
  const auto tier = body ? host.tier_numbered(body->tier) : std::nullopt;
  if (!tier) {
    return note_malformed(envelope.sender, body ? "for a tier that is not served here" : "body: " + body.error().what);
  }
  ++counters_.peer_messages;
  const Actor sender{member->id, {envelope.born, envelope.ordinal}};
  const std::uint64_t wall_us = parts_.time.wall_us();
  if (host.cluster().trace) {
    // The number of the sender's own line, so that the two can be told to be one message.
    const auto sent = envelope.clock.find(to_string(sender));
    parts_.trace.receive(wall_us, envelope.clock, "receive",
                         {{"from", to_string(sender)},
                          {"sent", std::to_string(sent == envelope.clock.end() ? 0 : sent->second)},
                          {"tier", std::string(host.entry(*tier).name)},
                          {"bytes", std::to_string(body->message.size())}});
  }
  parts_.host.step(*tier, PeerMessage{sender.node, sender.life, body->message, wall_us});
  note_steps(sender.node);
}

void Intake::refuse_unreadable(const RouterIdentity& from, std::string_view bytes, const wire::BadItem& bad) {
  std::size_t offset = 0;
  const auto envelope = wire::decode_at<wire::EnvelopeView>(bytes, offset);
  const std::string sender = envelope && !bad.newer_version ? who(from, *envelope) : name_of_connection(from);
  ++(bad.newer_version ? counters_.newer_version : counters_.malformed);
  complaints_.about(sender, bad.newer_version ? "newer version" : "malformed", bad.what);
  if (!parts_.faults.clients_reach_us()) return;
  if (bad.newer_version) {
    departures_.fail(from, bad.request_id, refusal(Status::unsupported, "this node cannot read " + bad.what));
  } else if (envelope && sort_of(envelope->kind) == Sort::request) {
    departures_.fail(from, envelope->request_id, refusal(Status::usage, "malformed request: " + bad.what));
  }
}

Failure Intake::refusal(Status status, std::string message) const {
  return Failure{status, Applied::no, std::move(message), parts_.host.self().node, 0, 0};
}

}  // namespace kin
