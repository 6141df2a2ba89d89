#include "node/protocols/causal/watch_calls.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "common/assert.hpp"
#include "node/protocols/causal/conflict_record.hpp"
#include "node/protocols/causal/records.hpp"

namespace kin::causal {
namespace {

constexpr std::size_t scanned_dots = 10'000;  // in one answer
constexpr std::size_t walked_keys = 2'000;
constexpr std::size_t reply_bytes = 256u << 10;  // about
constexpr std::uint32_t most_events = 10'000;
constexpr std::uint64_t recent_ms = 60'000;  // after the last watch of keys

bool lacks_any(const DotSet& seen, const DotSet& dots) { return !dots.minus(seen).empty(); }

std::size_t bytes_of(const wire::WatchEvent& event) {
  std::size_t bytes = event.key.size() + event.context.size();
  for (const wire::ShownSibling& sibling : event.siblings) bytes += sibling.value.size() + 64;
  return bytes;
}

}  // namespace

WatchCalls::WatchCalls(const NodeId& self, std::vector<NodeId> order, const CausalReplica& replica,
                       const Overlay& store, Show show, ShowsConflicts shows_conflicts)
    : self_(self),
      order_(std::move(order)),
      replica_(replica),
      store_(store),
      show_(std::move(show)),
      shows_conflicts_(std::move(shows_conflicts)) {}

void WatchCalls::refuse(CallId call, Status status, std::string message, Outputs& out) const {
  out.fail(call, Failure{status, Applied::no, std::move(message), self_, 0, 0});
}

void WatchCalls::refuse_behind(CallId call, const DotSet& seen, Outputs& out) const {
  refuse(call, Status::unavailable,
         self_ + " lacks " + in_words(behind(replica_.clock(), seen)) +
             " that this watch was told of, and they did not come in time. It can go on at another node, or here later",
         out);
}

bool WatchCalls::has_room(CallId call, Outputs& out) const {
  if (waiting() < most_watches) return true;
  refuse(call, Status::unavailable, std::to_string(waiting()) + " watches wait here already, no more can", out);
  return false;
}

// ------------------------------------------------------------------------------------------------ keys

bool WatchCalls::matches(const wire::Watch& request, const std::string& joined) const {
  if (records::bucket_of(joined) != request.bucket) return false;
  const std::string_view key = records::user_key_of(joined);
  return request.is_prefix ? key.starts_with(request.name) : key == request.name;
}

void WatchCalls::watch(CallId call, wire::Watch&& request, std::uint64_t answer_by_ms, Outputs& out) {
  OfKeys watch{call, answer_by_ms, std::move(request), {}};
  const std::string what = wire::watch_hash(watch.request.bucket, watch.request.name, watch.request.is_prefix);
  if (watch.request.begin == wire::WatchFrom::token) {
    auto token = wire::parse_watch(watch.request.from);
    if (!token) return refuse(call, Status::usage, token.error(), out);
    if (token->what != what) {
      return refuse(call, Status::usage,
                    "this token is of a watch of other keys: begin without it, or watch what it is of", out);
    }
    if (!replica_.may_name(token->seen) || (token->walk && !replica_.may_name(token->walk->until))) {
      return refuse(call, Status::usage, "this token names writes that were never made: it is of another cluster", out);
    }
    watch.token = std::move(*token);
  } else {
    watch.token.what = what;
    begin(watch);
    if (watch.request.begin == wire::WatchFrom::now) {
      recent_until_ms_ = now_ms_ + recent_ms;
      return reply(watch, {}, out);
    }
  }
  watch.request.limit = std::clamp<std::uint32_t>(watch.request.limit, 1, most_events);
  recent_until_ms_ = now_ms_ + recent_ms;
  if (answer(watch, out) || !has_room(call, out)) return;
  keys_.push_back(std::move(watch));
}

void WatchCalls::begin(OfKeys& watch) const {
  if (watch.request.begin == wire::WatchFrom::start) {
    watch.token.walk = wire::WatchWalk{"", replica_.clock()};
    return;
  }
  watch.token.seen = replica_.clock();
}

DotSet WatchCalls::all_of(const std::string& joined) const {
  DotSet out = replica_.dots_of(store_, joined);
  for (const auto& [dot, sibling] : replica_.read(store_, joined).siblings) out.add(dot);
  return out;
}

bool WatchCalls::answer(OfKeys& watch, Outputs& out) const {
  if (behind(replica_.clock(), watch.token.seen).any()) return false;
  if (watch.token.walk) {
    if (behind(replica_.clock(), watch.token.walk->until).any()) return false;
    answer_walk(watch, false, out);
    return true;
  }
  const DotSet::Counters lacking = replica_.lacking(watch.token.seen);
  if (lacking.empty()) return false;

  std::map<std::string, DotSet> keys;  // that match, with the dots that were found of them
  DotSet covered;                      // the other dots that were looked at
  std::size_t scanned = 0;
  bool forgotten = false, all = true;
  const auto take = [&](const Dot& dot, const std::string* key) {
    forgotten = key == nullptr;
    if (forgotten) return false;
    const bool wanted = matches(watch.request, *key);
    all = ++scanned < scanned_dots && (!wanted || keys.contains(*key) || keys.size() < watch.request.limit);
    if (all) (wanted ? keys[*key] : covered).add(dot);
    return all;
  };
  for (const auto& [actor, counters] : lacking) {
    const CounterSet voids = counters.intersect(replica_.dot_map().voids().counters(actor));
    covered.add(actor, voids);
    const CounterSet mapped = counters.minus(voids);
    for (const CounterSet::Run& run : mapped.runs()) {
      std::uint64_t next = run.first;
      const auto take_up_to = [&, who = actor](std::uint64_t end) {
        while (next < end && take({who, next}, recent_.key_of({who, next}))) ++next;
        return next == end;
      };
      replica_.dot_map().scan(store_, actor, CounterSet::of(run.first, run.last),
                              [&, who = actor](std::uint64_t counter, const std::string& key) {
                                if (!take_up_to(counter) || !take({who, counter}, &key)) return false;
                                ++next;
                                return true;
                              });
      if (all && !forgotten) take_up_to(run.last + 1);
      if (!all || forgotten) break;
    }
    if (!all || forgotten) break;
  }
  if (forgotten) {
    if (!watch.request.is_prefix) {
      answer_key(watch, true, out);
    } else {
      watch.token.walk = wire::WatchWalk{"", replica_.clock()};
      answer_walk(watch, true, out);
    }
    return true;
  }
  if (all && keys.empty()) {
    watch.token.seen.join(replica_.clock());
    return false;
  }
  wire::WatchReply told;
  std::size_t bytes = 0;
  for (const auto& [joined, dots] : keys) {
    all = all && bytes < reply_bytes;
    if (bytes >= reply_bytes) break;  // the next answer has the rest
    told.events.push_back(show_(joined));
    bytes += bytes_of(told.events.back());
    covered.join(dots);
    covered.join(all_of(joined));
  }
  watch.token.seen.join(all ? replica_.clock() : covered);
  told.more = !all;
  reply(watch, std::move(told), out);
  return true;
}

void WatchCalls::answer_key(OfKeys& watch, bool forgotten, Outputs& out) const {
  const std::string joined = records::join_key(watch.request.bucket, watch.request.name);
  const DotSet dots = all_of(joined);
  wire::WatchReply told;
  if (lacks_any(watch.token.seen, dots)) told.events.push_back(show_(joined));
  told.forgotten = forgotten && told.events.empty();
  watch.token.seen.join(dots);
  watch.token.seen.join(replica_.clock());
  reply(watch, std::move(told), out);
}

void WatchCalls::answer_walk(OfKeys& watch, bool forgotten, Outputs& out) const {
  wire::WatchWalk& walk = *watch.token.walk;
  wire::WatchReply told;
  told.forgotten = forgotten;
  // The page begins behind a key, so the one that is nothing but the prefix is looked at by itself.
  const std::string first = records::join_key(watch.request.bucket, watch.request.name);
  if (walk.after.empty() && matches(watch.request, first)) {
    const DotSet dots = all_of(first);
    if (lacks_any(watch.token.seen, dots)) told.events.push_back(show_(first));
    watch.token.seen.join(dots);
  }
  const std::string from = std::max(walk.after, first);
  const std::vector<std::string> keys = replica_.keys_behind(store_, from, walked_keys);
  std::size_t bytes = 0;
  bool ended = keys.size() < walked_keys;
  walk.after = from;
  for (const std::string& joined : keys) {
    if (!matches(watch.request, joined)) {  // those that match stand together
      ended = true;
      break;
    }
    if (told.events.size() >= watch.request.limit || bytes >= reply_bytes) {
      ended = false;
      break;
    }
    const DotSet dots = all_of(joined);
    if (lacks_any(watch.token.seen, dots)) {
      told.events.push_back(show_(joined));
      bytes += bytes_of(told.events.back());
    }
    watch.token.seen.join(dots);
    walk.after = joined;
  }
  told.more = !ended;
  if (ended) {
    watch.token.seen.join(walk.until);
    watch.token.walk.reset();
  }
  reply(watch, std::move(told), out);
}

void WatchCalls::reply(const OfKeys& watch, wire::WatchReply&& reply, Outputs& out) const {
  reply.node = self_;
  reply.order = order_;
  reply.token = wire::print_watch(watch.token);
  out.reply(watch.call, wire::Kind::watch_reply, reply);
}

// ------------------------------------------------------------------------------------------------ conflicts

void WatchCalls::watch_conflicts(CallId call, wire::WatchConflicts&& request, std::uint64_t answer_by_ms,
                                 Outputs& out) {
  OfConflicts watch{call, answer_by_ms, std::move(request), {}};
  watch.token.bucket = watch.request.bucket;
  if (!watch.request.from.empty()) {
    auto token = wire::parse_conflicts_watch(watch.request.from);
    if (!token) return refuse(call, Status::usage, token.error(), out);
    if (token->bucket != watch.request.bucket) {
      return refuse(call, Status::usage, "this token is of a watch of another bucket: begin without it", out);
    }
    if (!replica_.may_name(token->seen)) {
      return refuse(call, Status::usage, "this token names writes that were never made: it is of another cluster", out);
    }
    watch.token = std::move(*token);
  }
  watch.request.limit = std::clamp<std::uint32_t>(watch.request.limit, 1, most_events);
  if (answer(watch, out)) return;
  // The first answer says from where the watch goes on.
  if (watch.request.from.empty()) {
    return out.reply(call, wire::Kind::watch_conflicts_reply,
                     wire::WatchConflictsReply{self_, {}, wire::print_watch(watch.token), false});
  }
  if (!has_room(call, out)) return;
  conflicts_.push_back(std::move(watch));
}

bool WatchCalls::answer(OfConflicts& watch, Outputs& out) const {
  if (behind(replica_.clock(), watch.token.seen).any()) return false;
  std::map<std::pair<std::string, std::string>, bool> open;  // as the watcher knows; true: still open
  for (auto& where : watch.token.open) open.emplace(std::move(where), false);
  wire::WatchConflictsReply told;
  const std::string prefix = records::conflict(watch.request.bucket.empty() ? "" : watch.request.bucket + '\0');
  bool too_many = false;
  store_.scan(prefix, records::behind(prefix), [&](std::string_view record, std::string_view bytes) {
    const std::string_view joined = records::tail(record);
    if (!shows_conflicts_(joined)) return true;
    std::pair where{std::string(records::bucket_of(joined)), std::string(records::user_key_of(joined))};
    if (const auto known = open.find(where); known != open.end()) return known->second = true;
    const auto index = wire::decode<ConflictRecord>(bytes);
    KIN_REQUIRE(index, "record of a conflict: " + index.error().what);
    if (told.changes.size() >= watch.request.limit) return !(told.more = true);
    too_many = open.size() >= most_watched_conflicts;
    if (too_many) return false;
    told.changes.push_back({where.first, where.second, true, index->siblings, index->since_us});
    open.emplace(std::move(where), true);
    return true;
  });
  watch.token.open.clear();
  for (auto& [where, still] : open) {
    if (!still && !told.more && !too_many) {
      const Siblings& siblings = replica_.read(store_, records::join_key(where.first, where.second)).siblings;
      told.changes.push_back({where.first, where.second, false, static_cast<std::uint32_t>(count_shown(siblings)), 0});
    } else {
      watch.token.open.push_back(where);
    }
  }
  if (too_many) {
    refuse(watch.call, Status::limit,
           "more than " + std::to_string(most_watched_conflicts) +
               " conflicts are open: resolve some (kin conflicts lists them), or watch one bucket with -b",
           out);
    return true;
  }
  watch.token.seen.join(replica_.clock());
  if (told.changes.empty()) return false;
  told.node = self_;
  told.token = wire::print_watch(watch.token);
  out.reply(watch.call, wire::Kind::watch_conflicts_reply, told);
  return true;
}

// ------------------------------------------------------------------------------------------------ time

void WatchCalls::tell_news(Outputs& out) {
  if (recent_until_ms_ != 0) recent_.learn(store_, replica_);
  if (keys_.empty() || told_until_ == replica_.clock()) return;
  told_until_ = replica_.clock();
  std::erase_if(keys_, [&](OfKeys& watch) { return answer(watch, out); });
}

// Conflicts are looked at here and not with each turn: their index is read as a whole.
void WatchCalls::tick(std::uint64_t now_ms, Outputs& out) {
  now_ms_ = now_ms;
  if (recent_until_ms_ != 0 && now_ms >= recent_until_ms_ && keys_.empty()) {
    recent_until_ms_ = 0;
    recent_ = RecentDots();
  }
  std::erase_if(keys_, [&](OfKeys& watch) {
    if (now_ms < watch.answer_by_ms) return false;
    const DotSet& seen = watch.token.walk ? watch.token.walk->until : watch.token.seen;
    behind(replica_.clock(), watch.token.seen).any() || behind(replica_.clock(), seen).any()
        ? refuse_behind(watch.call, seen, out)
        : reply(watch, {}, out);
    return true;
  });
  std::erase_if(conflicts_, [&](OfConflicts& watch) {
    if (answer(watch, out)) return true;
    if (now_ms < watch.answer_by_ms) return false;
    if (behind(replica_.clock(), watch.token.seen).any()) {
      refuse_behind(watch.call, watch.token.seen, out);
    } else {
      out.reply(watch.call, wire::Kind::watch_conflicts_reply,
                wire::WatchConflictsReply{self_, {}, wire::print_watch(watch.token), false});
    }
    return true;
  });
}

}  // namespace kin::causal
