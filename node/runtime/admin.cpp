#include "node/runtime/admin.hpp"

#include <utility>

#include "common/wire/codec.hpp"
#include "node/runtime/routing.hpp"

namespace kin {
namespace {

constexpr std::uint32_t longest_delay_ms = 600'000;

std::string_view word(wire::FaultAction action) {
  switch (action) {
    case wire::FaultAction::online: return "online";
    case wire::FaultAction::offline: return "offline";
    case wire::FaultAction::isolate: return "isolate";
    case wire::FaultAction::hold_gossip: return "hold-gossip";
    case wire::FaultAction::release_gossip: return "release-gossip";
    case wire::FaultAction::link: return "link";
    case wire::FaultAction::clear: return "clear";
  }
  return "";
}

}  // namespace

Admin::Admin(const NodeParts& parts, const RuntimeCounters& counters)
    : parts_(parts), counters_(counters), started_ms_(parts.time.now_ms()) {}

bool Admin::serves(wire::Kind kind) { return serves_always(kind) || kind == wire::Kind::remove_member; }

bool Admin::serves_always(wire::Kind kind) { return kind == wire::Kind::status || kind == wire::Kind::fault; }

Admin::Answer Admin::answer(CallId call, wire::Kind kind, std::string_view body) {
  switch (kind) {
    case wire::Kind::fault: return carry_out(call, body, &Admin::fault);
    case wire::Kind::remove_member: return carry_out(call, body, &Admin::remove_member);
    default: return {{call, wire::Kind::status_reply, wire::encode(status())}, {}};
  }
}

template <class Request>
Admin::Answer Admin::carry_out(CallId call, std::string_view body,
                               tl::expected<wire::Done, Failure> (Admin::*handler)(const Request&)) {
  const auto request = wire::decode<Request>(body);
  const auto outcome = request
                           ? (this->*handler)(*request)
                           : refuse(Status::usage, "malformed " + name_of(Request::kind) + ": " + request.error().what);
  Answer answer;
  answer.reply.to = call;
  answer.reply.kind = outcome ? wire::Kind::done : wire::Kind::failure;
  answer.reply.body = outcome ? wire::encode(*outcome) : wire::encode(outcome.error());
  if (!request) answer.malformed = request.error().what;
  return answer;
}

wire::StatusReply Admin::status() {
  const ReplicaHost& host = parts_.host;
  const TransportCounters& transport = parts_.transport.counters();
  wire::StatusReply status;
  status.node = host.self().node;
  status.cluster = host.cluster().cluster;
  status.version = parts_.version;
  status.incarnation = host.self().life;
  status.uptime_ms = parts_.time.now_ms() - started_ms_;
  status.faults = parts_.faults.describe();
  status.faults_enabled = host.cluster().faults_enabled;
  status.tiers = parts_.host.reports(parts_.time.now_ms());
  status.counters = {
      {"turns", counters_.turns},
      {"commits", host.commits()},
      {"calls", counters_.calls},
      {"calls_refused", counters_.calls_refused},
      {"calls_expired", counters_.calls_expired},
      {"replies", counters_.replies},
      {"replies_unwanted", counters_.replies_unwanted},
      {"peer_messages", counters_.peer_messages},
      {"sends", counters_.sends},
      {"jobs", counters_.jobs},
      {"jobs_done", counters_.jobs_done},
      {"malformed", counters_.malformed},
      {"newer_version", counters_.newer_version},
      {"other_cluster", counters_.other_cluster},
      {"not_a_member", counters_.not_a_member},
      {"kept_away_by_fault", counters_.kept_away_by_fault},
      {"lost_by_fault", parts_.faults.lost()},
      {"transport_received", transport.received},
      {"transport_sent", transport.sent},
      {"transport_received_bytes", transport.received_bytes},
      {"transport_sent_bytes", transport.sent_bytes},
      {"transport_dropped_peer", transport.dropped_peer},
      {"transport_dropped_client", transport.dropped_client},
      {"transport_malformed", transport.malformed},
  };
  return status;
}

tl::expected<wire::Done, Failure> Admin::fault(const wire::Fault& fault) {
  const Actor& self = parts_.host.self();
  if (!parts_.host.cluster().faults_enabled) {
    return refuse(Status::denied, self.node + " was started without --enable-faults");
  }
  const std::string_view action = word(fault.action);
  if (action.empty()) return refuse(Status::usage, "a fault that " + self.node + " does not know");
  if (fault.action == wire::FaultAction::link) {
    if (parts_.host.cluster().node(fault.peer) == nullptr || fault.peer == self.node) {
      return refuse(Status::usage, "a link of " + self.node + " leads to another member, not to '" + fault.peer + "'");
    }
    if (fault.drop_percent > 100 || fault.delay_ms > longest_delay_ms) {
      return refuse(Status::usage,
                    "a link drops at most 100% and delays by at most " + std::to_string(longest_delay_ms) + " ms");
    }
  }
  parts_.faults.apply(fault);
  trace(fault);
  parts_.log.warn("fault " + std::string(action) + (fault.peer.empty() ? "" : " to " + fault.peer));
  if (fault.action != wire::FaultAction::link) return wire::Done{std::string(action)};
  return wire::Done{"link to " + fault.peer + ": " + std::to_string(fault.drop_percent) + "% dropped, " +
                    std::to_string(fault.delay_ms) + " ms late"};
}

void Admin::trace(const wire::Fault& fault) {
  if (!parts_.host.cluster().trace) return;
  TraceFields fields{{"action", std::string(word(fault.action))}};
  if (fault.action == wire::FaultAction::link) {
    fields.insert(fields.end(), {{"peer", fault.peer},
                                 {"drop", std::to_string(fault.drop_percent)},
                                 {"delay_ms", std::to_string(fault.delay_ms)}});
  }
  parts_.trace.event(parts_.time.wall_us(), "fault", fields);
}

tl::expected<wire::Done, Failure> Admin::remove_member(const wire::RemoveMember& request) {
  const Actor& self = parts_.host.self();
  if (request.member == self.node) {
    return refuse(Status::usage, self.node + " cannot remove itself; ask another member");
  }
  const NodeConfig* member = parts_.host.cluster().node(request.member);
  if (member == nullptr) {
    return refuse(Status::not_found, "the cluster has no member '" + request.member + "'");
  }
  parts_.host.step_all(RemoveMember{member->id});
  parts_.log.warn("member " + request.member + " is removed for ever, by an administrator");
  return wire::Done{"never listens to " + request.member + " again"};
}

tl::unexpected<Failure> Admin::refuse(Status status, std::string message) const {
  return tl::unexpected(Failure{status, Applied::no, std::move(message), parts_.host.self().node, 0, 0});
}

}  // namespace kin
