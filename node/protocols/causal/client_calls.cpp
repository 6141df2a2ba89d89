// What clients ask of the causal tier: docs/consistency.md says what it means.
#include <algorithm>

#include "common/assert.hpp"
#include "common/wire/context_token.hpp"
#include "common/wire/replies.hpp"
#include "node/protocols/causal/causal.hpp"
#include "node/protocols/causal/conflict_record.hpp"
#include "node/protocols/causal/entry_outline.hpp"
#include "node/protocols/causal/packed_answers.hpp"
#include "node/protocols/causal/provenance.hpp"
#include "node/protocols/causal/records.hpp"

namespace kin::causal {
namespace {

constexpr std::uint32_t page_limit = 10'000;
constexpr std::size_t page_bytes = 1u << 20;
constexpr std::size_t looked_at_bytes = 16u << 20;  // for a page: others wait meanwhile

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
  std::uint32_t count = bucket_default == BucketConfig::all ? present : bucket_default;
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
  std::size_t looked_at = 0;
  env_.store.scan(from, records::behind(prefix), [&](std::string_view record, std::string_view bytes) {
    const std::string_view joined = records::tail(record);
    if (rule_of(joined) != OnConflict::siblings) return true;  // nobody is shown a conflict
    if (reply.rows.size() == limit || looked_at > looked_at_bytes) {
      reply.more = true;
      return false;
    }
    const auto index = wire::decode<ConflictRecord>(bytes);
    KIN_REQUIRE(index, "record of a conflict: " + index.error().what);
    const auto entry = env_.store.get(records::entry(joined));
    KIN_REQUIRE(entry, "a conflict of a key without an entry: " + std::string(joined));
    looked_at += entry->size();
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

}  // namespace kin::causal
