// What clients write: docs/consistency.md says what it means.
#include <algorithm>

#include "common/planted.hpp"
#include "common/wire/context_token.hpp"
#include "common/wire/replies.hpp"
#include "node/protocols/causal/causal.hpp"
#include "node/protocols/causal/conflict_rule.hpp"
#include "node/protocols/causal/packed_answers.hpp"
#include "node/protocols/causal/provenance.hpp"
#include "node/protocols/causal/records.hpp"

namespace kin::causal {
namespace {

// Of values that a reply repeats although they are gone: those that stand there must find room beside them.
constexpr std::size_t most_replaced_bytes = 4u << 20;

// What a client says about a value must stay small beside it.
tl::expected<void, std::string> told_about(const wire::AddUpdate& request) {
  if (request.content_type.size() > wire::max_content_type_bytes) {
    return tl::unexpected("the content type has " + std::to_string(request.content_type.size()) +
                          " bytes, the limit is " + std::to_string(wire::max_content_type_bytes));
  }
  std::size_t bytes = 0;
  for (const auto& [name, text] : request.meta) bytes += name.size() + text.size();
  if (request.meta.size() <= wire::max_meta && bytes <= wire::max_meta_bytes) return {};
  return tl::unexpected("the metadata has " + std::to_string(request.meta.size()) + " pairs of " +
                        std::to_string(bytes) + " bytes, the limits are " + std::to_string(wire::max_meta) + " and " +
                        std::to_string(wire::max_meta_bytes));
}

const std::string& value_of(const wire::AddUpdate& request) { return request.value; }
std::string value_of(const wire::Remove&) { return {}; }

// Empty ids name nothing.
bool repeats(const Sibling& sibling, const std::string& operation) {
  return !operation.empty() && sibling.operation == operation;
}

}  // namespace

tl::expected<WriterPast, Failure> CausalProtocol::past_of(const std::string& bucket, const std::string& key,
                                                          wire::Seen seen, const std::string& context, bool has_value,
                                                          const Siblings& held) const {
  const std::size_t values = count_shown(held);
  const bool one_is_shown = values <= 1 || rule_of(records::join_key(bucket, key)) != OnConflict::siblings;
  switch (seen) {
    case wire::Seen::context: {
      auto token = wire::parse_context(context);
      if (!token) return tl::unexpected(refuse(Status::usage, token.error()));
      if (token->bucket != bucket || token->key_hash != wire::key_hash(bucket, key)) {
        return tl::unexpected(refuse(Status::usage,
                                     "this context belongs to another key: read this key and take the "
                                     "context of that read"));
      }
      if (!replica_.may_name(token->dots) || !replica_.may_name(token->clock)) {
        return tl::unexpected(refuse(Status::usage,
                                     "this context names a write that was never made, or a node that is "
                                     "no member: it is of another cluster"));
      }
      wire::SeenLineage seen_before = wire::lineage_of(*token);
      if (seen_before.unreadable) {
        return tl::unexpected(refuse(
            Status::usage, "this context says in no way that is known what was seen: " + seen_before.unreadable->what));
      }
      if (planted(Bug::context_ignored)) return WriterPast{WriterPast::Kind::nothing, {}, {}, {}};
      if (planted(Bug::context_without_holes)) {
        const DotSet::Counters named = token->dots.actors();
        for (const auto& [actor, counters] : named) token->dots.add(actor, CounterSet::up_to(counters.top()));
      }
      return WriterPast{WriterPast::Kind::named, std::move(token->dots), std::move(token->clock),
                        std::move(seen_before.lineage)};
    }
    case wire::Seen::overwrite: return WriterPast{WriterPast::Kind::held, {}, {}, {}};
    case wire::Seen::nothing: break;
    case wire::Seen::implied:
      // Several values: replacing them would erase in silence what the client never saw.
      if (!has_value || one_is_shown || planted(Bug::implied_erases_siblings))
        return WriterPast{WriterPast::Kind::held, {}, {}, {}};
      break;
    default: return tl::unexpected(refuse(Status::usage, "unknown kind of context"));
  }
  if (values >= env_.cluster.limits.siblings_max) {
    return tl::unexpected(refuse(Status::limit, "the key has " + std::to_string(values) + " siblings, the limit for " +
                                                    "writes that have seen none of them is " +
                                                    std::to_string(env_.cluster.limits.siblings_max) +
                                                    ": read it and write with its context"));
  }
  return WriterPast{WriterPast::Kind::nothing, {}, {}, {}};
}

std::optional<std::string> CausalProtocol::taken_before(const std::string& key, const std::string& operation,
                                                        const Siblings& held) const {
  if (operation.empty()) return std::nullopt;
  if (const auto answered = operations_.find(key, operation)) return std::string(*answered);
  const auto reply = [&](const Dot& dot, const EntryClock& clock, Lineage seen) {
    seen.add_newest(dot, clock, operation_tag(operation));
    DotSet dots;
    for (const Version& version : seen.versions()) dots.add(version.dot);
    wire::ContextToken token = token_of(key, std::move(dots), clock);
    token.lineage = wire::pack_thinned(std::move(seen), replica_.batching().lineage, [](const Dot&) { return false; });
    return pack_written(dot, clock, wire::print_context(token), {});
  };
  for (const auto& [dot, sibling] : held) {
    if (repeats(sibling, operation)) return reply(dot, sibling.clock, seen_by(sibling));
  }
  const std::uint64_t tag = operation_tag(operation);
  const auto may_have_seen_it = [&](const auto& item) { return wire::may_have_tag(item.second.lineage, tag); };
  if (std::none_of(held.begin(), held.end(), may_have_seen_it)) return std::nullopt;
  const Lineage past = behind(held);
  if (const Version* version = past.with_tag(tag)) {
    Lineage seen;  // what it had seen itself is not needed: it is gone, and so is all that it replaced
    return reply(version->dot, version->clock, std::move(seen));
  }
  return std::nullopt;
}

void CausalProtocol::answer_write(const ClientCall& call, const std::string& key, const Dot& dot,
                                  std::string_view written, const Siblings& now, std::uint32_t wanted, bool repeated,
                                  Outputs& out) {
  PendingWrite pending{call.id, key, QuorumTally(wanted), dot,
                       {},      {},  answer_by(call),     now_ms_ + (repeated ? 0 : env_.cluster.gossip_interval_ms)};
  pending.answer.reserve(2 * wire::usual_bytes + written.size());
  begin_write_answer(pending.answer, env_.self, order_);
  pending.answer += written;
  const std::size_t shown = pack_shown(pending.answer, rule_of(key), now);
  if (shown >= env_.cluster.limits.siblings_warn) {
    pending.warning = std::to_string(shown) + " siblings: read the key and write with its context";
    out.warnings.push_back(std::string(records::user_key_of(key)) + " has " + pending.warning);
  }
  pending.tally.add(env_.self);  // durable before any reply of this turn leaves
  for (const NodeId& peer : replica_.peers()) {
    const Report* report = repeated ? replica_.report_of(peer) : nullptr;
    if (report != nullptr && report->clock.has(pending.dot)) pending.tally.add(peer);
  }
  if (pending.tally.complete()) return tell(std::move(pending), pending.tally.got(), out);
  writes_.emplace(pending.dot.counter, std::move(pending));
}

void CausalProtocol::tell(PendingWrite&& pending, std::uint32_t got, Outputs& out) const {
  end_write_answer(pending.answer, got, pending.tally.wanted(), pending.warning);
  out.replies.push_back({pending.call, wire::Kind::write_reply, std::move(pending.answer), true});
}

std::optional<Failure> CausalProtocol::too_much_beside(const WriterPast& past, const Sibling& value,
                                                       const Siblings& held) const {
  if (past.kind == WriterPast::Kind::held) return std::nullopt;
  std::size_t beside = 0;
  for (const auto& [dot, sibling] : held) {
    const bool replaced = past.kind == WriterPast::Kind::named && past.dots.has(dot);
    if (!replaced) beside += sibling.value.size();
  }
  const std::size_t bytes = beside + value.value.size(), most = env_.cluster.entry_bytes();
  if (beside == 0 || bytes <= most) return std::nullopt;
  return refuse(Status::limit, "the values of the key would have " + std::to_string(bytes) +
                                   " bytes together, the limit for values that stand side by side is " +
                                   std::to_string(most) + ": read the key and write one value with its context");
}

template <class Request>
void CausalProtocol::write(const ClientCall& call, const Request& request, std::optional<Sibling>&& value,
                           Outputs& out) {
  auto bucket = checked(request.bucket, request.key);
  if (!bucket) return out.fail(call.id, bucket.error());
  auto count = wanted(request.level, (*bucket)->write);
  if (!count) return out.fail(call.id, count.error());
  if (request.operation.size() > wire::max_operation_bytes) {
    return out.fail(call.id, refuse(Status::usage, "an operation's id has at most " +
                                                       std::to_string(wire::max_operation_bytes) + " bytes"));
  }
  const std::string key = records::join_key(request.bucket, request.key);
  const Siblings& held = replica_.read(env_.store, key).siblings;
  if (auto answered = taken_before(key, request.operation, held)) {
    return answer_write(call, key, dot_of_written(*answered), *answered, held, *count, true, out);
  }
  auto past = past_of(request.bucket, request.key, request.seen, request.context, value.has_value(), held);
  if (!past) return out.fail(call.id, past.error());
  if (value) {
    if (auto refused = too_much_beside(*past, *value, held)) return out.fail(call.id, *refused);
  }
  if (!value && held.empty()) {
    return out.fail(call.id, refuse(Status::not_found, "there is nothing to delete under " + request.key));
  }

  past->keep_base = (*bucket)->keep_base;
  const bool has_value = value.has_value();
  Written written = replica_.write(out.writes, key, std::move(value), *past, call.wall_us);
  if (!replica_.peers().empty()) broadcast_[key].add(written.dot);
  if (env_.cluster.trace) {
    out.trace.push_back({has_value ? "add_update" : "delete",
                         {{"bucket", request.bucket},
                          {"key", request.key},
                          {"dot", to_string(written.dot)},
                          {"clock", print_positions(written.clock, order_)},
                          {"value", value_of(request)},
                          {"siblings", std::to_string(count_shown(*written.now))}}});
  }
  tell_news(out);

  // Of one value nothing can be thrown away; to show it would be to copy it for each write.
  if (written.replaced.size() > 1) {
    for (const wire::ShownSibling& gone : thrown_away((*bucket)->on_conflict, to_shown(written.replaced))) {
      ++thrown_away_;
      out.warnings.push_back(to_string((*bucket)->on_conflict) + std::string(" of bucket ") + request.bucket +
                             " throws away the value " + to_string(gone.dot) + " of " + request.key);
    }
  }
  wire::ContextToken token = token_of(key, std::move(written.seen), written.clock);
  token.seen.push_back({written.dot, written.clock, operation_tag(request.operation), std::move(written.lineage)});
  std::vector<wire::Replaced> replaced;
  std::size_t replaced_bytes = 0;
  for (auto& [dot, sibling] : written.replaced) {
    replaced.push_back({dot, std::nullopt});
    replaced_bytes += sibling.value.size();
    if (request.want_replaced && replaced_bytes <= most_replaced_bytes)
      replaced.back().value = std::move(sibling.value);
  }
  const std::string packed = pack_written(written.dot, written.clock, wire::print_context(token), replaced);
  if (!request.operation.empty()) operations_.put(key, request.operation, packed);
  answer_write(call, key, written.dot, packed, *written.now, *count, false, out);
}

void CausalProtocol::add_update(const ClientCall& call, const wire::AddUpdate& request, Outputs& out) {
  if (request.value.size() > env_.cluster.limits.value_bytes) {
    return out.fail(
        call.id, refuse(Status::limit, "the value has " + std::to_string(request.value.size()) +
                                           " bytes, the limit is " + std::to_string(env_.cluster.limits.value_bytes)));
  }
  if (auto told = told_about(request); !told) return out.fail(call.id, refuse(Status::limit, told.error()));
  Sibling sibling{request.value,
                  {},
                  request.operation,
                  std::string(call.client.substr(0, wire::max_name_bytes)),
                  call.wall_us,
                  request.content_type,
                  request.meta,
                  {},
                  {}};
  write(call, request, std::move(sibling), out);
}

void CausalProtocol::remove(const ClientCall& call, const wire::Remove& request, Outputs& out) {
  if (request.seen == wire::Seen::nothing) {
    return out.fail(call.id, refuse(Status::usage, "a delete that has seen nothing deletes nothing"));
  }
  write(call, request, std::nullopt, out);
}

}  // namespace kin::causal
