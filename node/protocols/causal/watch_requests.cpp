// Requests to watch, and about what is left of a deleted key: what can be refused at once is refused here.
#include "node/protocols/causal/causal.hpp"
#include "node/protocols/causal/conflict_rule.hpp"
#include "node/protocols/causal/provenance.hpp"
#include "node/protocols/causal/records.hpp"

namespace kin::causal {

wire::WatchEvent CausalProtocol::event_of(const std::string& joined) const {
  const EntryView entry = replica_.read(env_.store, joined);
  wire::ContextToken seen = seen_in(joined, entry);
  std::string context = wire::print_context(seen);
  return {std::string(records::user_key_of(joined)), by_rule(rule_of(joined), to_shown(entry.siblings)),
          std::move(seen.clock), std::move(context)};
}

void CausalProtocol::watch(const ClientCall& call, const wire::Watch& request, Outputs& out) {
  const bool every_key = request.is_prefix && request.name.empty();
  if (auto bucket = checked(request.bucket, every_key ? "any" : request.name); !bucket) {
    return out.fail(call.id, bucket.error());
  }
  if (request.begin > wire::WatchFrom::start) {
    return out.fail(call.id, refuse(Status::usage, "unknown beginning of a watch"));
  }
  watches_.watch(call.id, wire::Watch(request), answer_by(call), out);
}

void CausalProtocol::watch_conflicts(const ClientCall& call, const wire::WatchConflicts& request, Outputs& out) {
  if (!request.bucket.empty()) {
    if (auto bucket = checked(request.bucket, "any"); !bucket) return out.fail(call.id, bucket.error());
  }
  watches_.watch_conflicts(call.id, wire::WatchConflicts(request), answer_by(call), out);
}

void CausalProtocol::traces_of(const ClientCall& call, const wire::TracesOf& request, Outputs& out) {
  if (auto bucket = checked(request.bucket, request.key); !bucket) return out.fail(call.id, bucket.error());
  const std::string key = records::join_key(request.bucket, request.key);
  const EntryState state = replica_.state_with_all_dots(env_.store, key);
  wire::TracesReply reply;
  reply.node = env_.self;
  reply.has_delete = replica_.clock().has(request.dot);
  reply.values = static_cast<std::uint32_t>(count_shown(state.siblings));
  for (const std::string& record : {records::entry(key), records::untidy(key), records::conflict(key)}) {
    reply.record = reply.record || env_.store.get(record).has_value();
  }
  reply.mapped = state.dots.size();
  reply.members = replica_.members();
  for (const NodeId& peer : replica_.peers()) {
    const Report* report = replica_.report_of(peer);
    if (report == nullptr || !report->clock.has(request.dot)) reply.lacking.push_back(peer);
  }
  if (!reply.has_delete) reply.lacking.push_back(env_.self);
  out.reply(call.id, wire::Kind::traces_reply, reply);
}

}  // namespace kin::causal
