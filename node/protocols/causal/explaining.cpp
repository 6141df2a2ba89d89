// What this node can say about a conflict of one key. Who asks puts the answers of all nodes together.
#include <algorithm>

#include "common/wire/replies.hpp"
#include "node/protocols/causal/causal.hpp"
#include "node/protocols/causal/conflict_record.hpp"
#include "node/protocols/causal/provenance.hpp"
#include "node/protocols/causal/records.hpp"

namespace kin::causal {

void CausalProtocol::explain(const ClientCall& call, const wire::Explain& request, Outputs& out) {
  auto bucket = checked(request.bucket, request.key);
  if (!bucket) return out.fail(call.id, bucket.error());
  const std::string key = records::join_key(request.bucket, request.key);
  const Siblings& siblings = replica_.read(env_.store, key).siblings;
  ConflictRecord record;
  if (const auto bytes = env_.store.get(records::conflict(key))) {
    record = wire::decode<ConflictRecord>(*bytes).value_or(ConflictRecord{});
  }
  wire::ExplainReply reply;
  reply.node = env_.self;
  reply.order = env_.cluster.ids();
  for (const auto& [dot, sibling] : siblings) {
    const auto arrived = record.arrived_us.find(dot);
    std::uint64_t since = arrived == record.arrived_us.end() ? 0 : arrived->second;
    if (since == 0 && dot.actor.node == env_.self) since = sibling.written_us;
    reply.siblings.push_back({to_shown(dot, sibling), sibling.lineage, since});
    for (const auto& [base, value] : sibling.bases) {
      const wire::BaseValue kept{base, value};
      if (std::find(reply.bases.begin(), reply.bases.end(), kept) == reply.bases.end()) reply.bases.push_back(kept);
    }
  }
  reply.context = wire::print_context(seen_in(key, replica_.read(env_.store, key)));
  reply.conflict_since_us = record.since_us;
  reply.incarnation = env_.life;
  reply.started_us = silences_.began_us();
  reply.now_us = call.wall_us;
  reply.silences = silences_.list(now_ms_);
  if (rule_of(key) != OnConflict::siblings) reply.rule = to_string(rule_of(key));
  out.reply(call.id, wire::Kind::explain_reply, reply);
}

}  // namespace kin::causal
