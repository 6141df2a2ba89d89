// What clients ask of the causal tier: docs/consistency.md says what it means.
#include <algorithm>

#include "common/assert.hpp"
#include "common/planted.hpp"
#include "common/wire/context_token.hpp"
#include "common/wire/replies.hpp"
#include "node/protocols/causal/causal.hpp"
#include "node/protocols/causal/conflict_record.hpp"
#include "node/protocols/causal/conflict_rule.hpp"
#include "node/protocols/causal/entry_outline.hpp"
#include "node/protocols/causal/packed_answers.hpp"
#include "node/protocols/causal/provenance.hpp"
#include "node/protocols/causal/records.hpp"

namespace kin::causal {
namespace {

constexpr std::uint32_t page_limit = 10'000;
constexpr std::size_t page_bytes = 1u << 20;
constexpr std::size_t looked_at_bytes = 16u << 20;  // for a page: others wait meanwhile

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

wire::ContextToken token_of(std::string_view key, DotSet dots, EntryClock clock) {
  const std::string_view bucket = records::bucket_of(key);
  return {std::string(bucket), wire::key_hash(bucket, records::user_key_of(key)), std::move(dots), std::move(clock)};
}

// Empty ids name nothing.
bool repeats(const Sibling& sibling, const std::string& operation) {
  return !operation.empty() && sibling.operation == operation;
}

}  // namespace

Failure CausalProtocol::refuse(Status status, std::string message) const {
  return {status, Applied::no, std::move(message), env_.self, 0, 0};
}

tl::expected<const BucketConfig*, Failure> CausalProtocol::checked(const std::string& bucket,
                                                                   const std::string& key) const {
  const BucketConfig* config = env_.cluster.bucket(bucket);
  if (config == nullptr) return tl::unexpected(refuse(Status::usage, "there is no bucket " + bucket));
  if (config->tier != "causal") {
    return tl::unexpected(refuse(Status::wrong_tier, "bucket " + bucket + " is of the tier " + config->tier));
  }
  if (key.empty()) return tl::unexpected(refuse(Status::usage, "a key has at least one byte"));
  if (key.size() > env_.cluster.limits.key_bytes) {
    return tl::unexpected(refuse(Status::limit, "the key has " + std::to_string(key.size()) + " bytes, the limit is " +
                                                    std::to_string(env_.cluster.limits.key_bytes)));
  }
  return config;
}

tl::expected<std::uint32_t, Failure> CausalProtocol::wanted(const wire::Level& level,
                                                            std::uint32_t bucket_default) const {
  const auto all = static_cast<std::uint32_t>(env_.cluster.nodes.size());
  const auto present = static_cast<std::uint32_t>(replica_.peers().size() + 1);
  std::uint32_t count = bucket_default;
  switch (level.quorum) {
    case wire::Quorum::bucket: break;
    case wire::Quorum::count: count = level.count; break;
    case wire::Quorum::majority: count = env_.cluster.majority(); break;
    case wire::Quorum::all: count = present; break;
    default: return tl::unexpected(refuse(Status::usage, "unknown kind of quorum"));
  }
  if (count < 1 || count > all) {
    return tl::unexpected(
        refuse(Status::usage, "R and W go from 1 to " + std::to_string(all) + " here, not " + std::to_string(count)));
  }
  if (count > present) {
    Failure failure = refuse(Status::unavailable, std::to_string(count) + " members are wanted and only " +
                                                      std::to_string(present) + " have not been removed");
    failure.got = present;
    failure.wanted = count;
    return tl::unexpected(failure);
  }
  return count;
}

std::uint64_t CausalProtocol::answer_by(const ClientCall& call) const {
  return call.answer_by_ms(now_ms_, env_.cluster.request_ms);
}

// ------------------------------------------------------------------------------------------------ reading

OnConflict CausalProtocol::rule_of(std::string_view key) const {
  const BucketConfig* bucket = env_.cluster.bucket(records::bucket_of(key));
  return bucket == nullptr ? OnConflict::siblings : bucket->on_conflict;
}

// Over all siblings, hidden copies of one operation included.
wire::ContextToken CausalProtocol::seen_in(const std::string& key, const EntryView& entry) const {
  EntryClock clock;
  for (const auto& [dot, sibling] : entry.siblings) clock.join(sibling.clock);
  wire::ContextToken token = token_of(key, replica_.filled(entry.context), std::move(clock));
  show(token, entry.siblings, replica_.batching().lineage);
  return token;
}

void CausalProtocol::read(const ClientCall& call, const wire::Read& request, Outputs& out) {
  auto bucket = checked(request.bucket, request.key);
  if (!bucket) return out.fail(call.id, bucket.error());
  auto count = wanted(request.level, (*bucket)->read);
  if (!count) return out.fail(call.id, count.error());
  std::string key = records::join_key(request.bucket, request.key);
  if (*count > 1) return ask_members(call, key, *count);
  const HashedView hashed(key);
  own_reads_.push_back({out.replies.size(), std::move(key), hashed.hash, nullptr});
  out.replies.push_back({call.id, wire::Kind::read_reply, {}, true});
  foresee_own_read(own_reads_.size() - 1);
}

void CausalProtocol::foresee_own_read(std::size_t at) {
  foresee_at(at, own_reads_.size(), [&](std::size_t number, Foresight step) {
    OwnRead& read = own_reads_[number];
    const HashedView key(read.hash, read.key);
    if (step != Foresight::content) return replica_.foresee(key, step);
    read.answer = replica_.kept_answer(key);
  });
}

void CausalProtocol::answer_own_reads(Outputs& out) {
  if (own_reads_.empty()) return;
  for (std::size_t ahead = 0; ahead < foreseen_ahead; ++ahead) foresee_own_read(own_reads_.size() + ahead);
  std::vector<std::string_view> unanswered;
  for (const OwnRead& read : own_reads_) {
    if (read.answer == nullptr) unanswered.push_back(read.key);
  }
  if (unanswered.size() > 1) replica_.bring(env_.store, unanswered);
  for (const OwnRead& read : own_reads_) {
    out.replies[read.reply].body = read.answer != nullptr ? *read.answer : packed_answer(read.key);
  }
  own_reads_.clear();
}

// What this node knows of an entry changes seldom beside how often it is asked.
std::string CausalProtocol::packed_answer(const std::string& key) const {
  const std::string* kept = replica_.kept_answer(key);
  if (kept != nullptr) return *kept;
  const EntryView entry = replica_.read(env_.store, key);
  const wire::ContextToken seen = seen_in(key, entry);
  const std::string context = wire::print_context(seen);
  std::size_t bytes = 2 * wire::usual_bytes + context.size();
  for (const auto& [dot, sibling] : entry.siblings) bytes += sibling.value.size();
  std::string body;
  body.reserve(bytes);
  begin_read_answer(body, env_.self, order_);
  pack_shown(body, rule_of(key), entry.siblings);
  end_read_answer(body, seen.clock, context);
  replica_.keep_answer(key, body);
  return body;
}

void CausalProtocol::keys(const ClientCall& call, const wire::Keys& request, Outputs& out) {
  auto bucket = checked(request.bucket, "any");
  if (!bucket) return out.fail(call.id, bucket.error());
  const std::string prefix = records::entry(records::join_key(request.bucket, request.prefix));
  const std::string after = records::entry(records::join_key(request.bucket, request.after));
  const std::uint32_t limit = std::clamp<std::uint32_t>(request.limit, 1, page_limit);
  wire::KeysReply reply;
  std::size_t bytes = 0, looked_at = 0;
  const auto take = [&](std::string_view record, std::string_view entry) {
    if (!request.after.empty() && record <= after) return true;
    const bool much = bytes > page_bytes || (looked_at > looked_at_bytes && !reply.keys.empty());
    if (reply.keys.size() == limit || much) {
      reply.more = true;
      return false;
    }
    looked_at += entry.size();
    // An entry without a value is what is left of a delete that not everybody has seen.
    if (outline_of(entry).empty()) return true;
    reply.keys.emplace_back(records::user_key_of(records::tail(record)));
    bytes += reply.keys.back().size();
    return true;
  };
  env_.store.scan(std::max(prefix, after), records::behind(prefix), take);
  out.reply(call.id, wire::Kind::keys_reply, reply);
}

void CausalProtocol::conflicts(const ClientCall& call, const wire::Conflicts& request, Outputs& out) {
  if (!request.bucket.empty()) {
    if (auto bucket = checked(request.bucket, "any"); !bucket) return out.fail(call.id, bucket.error());
  }
  const std::string prefix = records::conflict(request.bucket.empty() ? "" : request.bucket + '\0');
  std::string from = prefix;
  if (!request.after_bucket.empty()) {
    from = std::max(from, records::conflict(records::join_key(request.after_bucket, request.after_key)) + '\0');
  }
  const std::uint32_t limit = std::clamp<std::uint32_t>(request.limit, 1, page_limit);
  wire::ConflictsReply reply;
  env_.store.scan(from, records::behind(prefix), [&](std::string_view record, std::string_view bytes) {
    if (reply.rows.size() == limit) {
      reply.more = true;
      return false;
    }
    const std::string_view joined = records::tail(record);
    if (rule_of(joined) != OnConflict::siblings) return true;  // nobody is shown a conflict
    const auto index = wire::decode<ConflictRecord>(bytes);
    KIN_REQUIRE(index, "record of a conflict: " + index.error().what);
    const auto entry = env_.store.get(records::entry(joined));
    KIN_REQUIRE(entry, "a conflict of a key without an entry: " + std::string(joined));
    reply.rows.push_back({std::string(records::bucket_of(joined)), std::string(records::user_key_of(joined)),
                          index->siblings, index->since_us, writers_of(outline_of(*entry))});
    return true;
  });
  out.reply(call.id, wire::Kind::conflicts_reply, reply);
}

// ------------------------------------------------------------------------------------------------ sessions

void CausalProtocol::in_session(const ClientCall& call, const wire::InSession& request, Outputs& out) {
  ClientCall inner;
  const auto now = sessions_.enter(call, request, answer_by(call), inner);
  if (!now) return out.fail(call.id, refuse(now.error().status, now.error().message));
  if (*now) on(inner, out);
}

void CausalProtocol::serve_sessions_that_arrived(Outputs& out) {
  if (sessions_.waiting() == 0) return;
  for (const WaitingCall& waiting : sessions_.arrived()) on(waiting.call(), out);
}

void CausalProtocol::end_overdue_sessions(Outputs& out) {
  for (const SessionCalls::Overdue& late : sessions_.overdue(now_ms_)) {
    out.fail(late.id, refuse(Status::unavailable,
                             env_.self + " lacks " + late.lacking +
                                 " that this session has seen, and they did not come in time. Ask another node, ask "
                                 "again later (kin cluster lag tells what is missing where), or give another session "
                                 "file if this one is of another cluster"));
  }
}

// ------------------------------------------------------------------------------------------------ writing

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
  for (auto& [dot, sibling] : written.replaced) {
    replaced.push_back({dot, std::nullopt});
    if (request.want_replaced) replaced.back().value = std::move(sibling.value);
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
