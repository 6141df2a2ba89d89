#include "node/protocols/causal/causal.hpp"

#include <algorithm>

#include "common/planted.hpp"
#include "common/wire/context_token.hpp"

namespace kin::causal {
namespace {

constexpr std::size_t push_bytes = 256u << 10;  // about: a longer push goes out in several messages
constexpr std::uint64_t catching_up_patience_ms = 1000;
constexpr std::size_t operations_bytes = 8u << 20;
constexpr std::size_t most_own_reads = 128;  // that wait for each other

std::string hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (unsigned char c : bytes) {
    out += digits[c >> 4];
    out += digits[c & 15];
  }
  return out;
}

Batching batching(const Limits& limits) {
  Batching out;
  out.answer_keys = out.page_keys = limits.batch_keys;
  out.strip_keys = limits.tidy_keys;
  out.prune_dots = std::size_t{25} * limits.tidy_keys;
  out.shadows = {std::max<std::size_t>(limits.batch_keys / 16, 1), std::size_t{2} * limits.batch_keys};
  out.cache_bytes = limits.cache_bytes;
  out.lineage.most = limits.lineage;
  out.lineage.few = std::min<std::size_t>(out.lineage.few, limits.lineage);
  if (limits.lineage > LineageBounds{}.most) out.lineage.few = limits.lineage;
  return out;
}

}  // namespace

CausalProtocol::CausalProtocol(const Environment& environment)
    : env_(environment),
      order_(env_.cluster.ids()),
      replica_(env_.self, env_.life, env_.cluster.ids(), env_.store, batching(env_.cluster.limits)),
      watches_(
          env_.self, env_.cluster.ids(), replica_, env_.store,
          [this](const std::string& joined) { return event_of(joined); },
          [this](std::string_view joined) { return rule_of(joined) == OnConflict::siblings; }),
      silences_(env_.cluster.suspect_ms),
      operations_(operations_bytes) {}

void CausalProtocol::step(const Input& input, Outputs& out) {
  const auto* call = std::get_if<ClientCall>(&input);
  if (call == nullptr) answer_own_reads(out);
  const std::size_t replies_before = out.replies.size();
  std::visit([&](const auto& event) { on(event, out); }, input);
  serve_sessions_that_arrived(out);
  const bool out_of_a_session = call != nullptr && call->kind == wire::Kind::read && sessions_.waiting() == 0;
  if (!out_of_a_session || own_reads_.size() == most_own_reads) answer_own_reads(out);
  sessions_.wrap(out.replies, replies_before);
}

void CausalProtocol::on(const Started& started, Outputs& out) {
  now_ms_ = started.now_ms;
  // Spread over the interval, so that nodes which start together do not gossip in step.
  gossip_at_ms_ = now_ms_ + env_.rng.below(env_.cluster.gossip_interval_ms + 1);
  replica_.start(out.writes);
  stop_if_superseded(out);
  stop_if_file_lacks_members(out);
}

void CausalProtocol::on(const ClientCall& call, Outputs& out) {
  if (call.kind != wire::Kind::read) answer_own_reads(out);  // a call in a session may come by another call's step
  wall_us_ = call.wall_us;
  const auto with = [&]<class Request>(void (CausalProtocol::*handle)(const ClientCall&, const Request&, Outputs&)) {
    auto request = wire::decode<Request>(call.body);
    if (request) return (this->*handle)(call, *request, out);
    out.malformed.push_back(request.error().what);
    out.fail(call.id, refuse(Status::usage, "the request could not be read: " + request.error().what));
  };
  switch (call.kind) {
    case wire::Kind::read: return with(&CausalProtocol::read);
    case wire::Kind::add_update: return with(&CausalProtocol::add_update);
    case wire::Kind::remove: return with(&CausalProtocol::remove);
    case wire::Kind::keys: return with(&CausalProtocol::keys);
    case wire::Kind::conflicts: return with(&CausalProtocol::conflicts);
    case wire::Kind::explain: return with(&CausalProtocol::explain);
    case wire::Kind::in_session: return with(&CausalProtocol::in_session);
    case wire::Kind::watch: return with(&CausalProtocol::watch);
    case wire::Kind::watch_conflicts: return with(&CausalProtocol::watch_conflicts);
    case wire::Kind::traces_of: return with(&CausalProtocol::traces_of);
    default: out.fail(call.id, refuse(Status::wrong_tier, "the causal tier does not know this command"));
  }
}

void CausalProtocol::on(const PeerMessage& message, Outputs& out) {
  wall_us_ = message.wall_us;
  auto decoded = decode(message.body);
  if (!decoded) return out.malformed.push_back(decoded.error().what);
  if (auto ok = replica_.plausible(message.from, *decoded); !ok) return out.malformed.push_back(ok.error());
  const auto* fetched = std::get_if<Fetched>(&*decoded);
  std::vector<HeldThere> held_there = fetched != nullptr ? held_by(*fetched) : std::vector<HeldThere>{};
  Outbox outbox = replica_.receive(out.writes, message.from, message.life, *decoded, wall_us_);
  tell_news(out);
  stop_if_superseded(out);
  if (message.life < replica_.lives().at(message.from)) return send_all(std::move(outbox), out);
  heard_ms_[message.from] = now_ms_;
  silences_.heard(message.from, now_ms_, wall_us_);
  // A report that is known here is durable at its sender, so it acknowledges all that it covers.
  if (const auto* ack = std::get_if<Ack>(&*decoded)) count_acks(message.from, ack->dots, out);
  if (const auto* gossip = std::get_if<Gossip>(&*decoded)) count_acks(message.from, gossip->report.clock, out);
  for (HeldThere& answer : held_there) count_fetched(message.from, std::move(answer), out);
  if (const auto* entries = std::get_if<Entries>(&*decoded)) {
    count_acks(message.from, entries->report.clock, out);
    // That it has more is not enough: who does not ask on now, since nothing was new, would be silent until then.
    const auto asks = [](const Outgoing& outgoing) { return std::holds_alternative<Gossip>(outgoing.message); };
    if (std::any_of(outbox.begin(), outbox.end(), asks)) {
      catching_up_from_ = message.from;
      catching_up_until_ms_ = now_ms_ + catching_up_patience_ms;
    } else if (catching_up_from_ == message.from) {
      catching_up_from_.reset();
    }
  }
  // The copy goes on by itself; once it has ended, nobody is being asked.
  if (std::holds_alternative<OfferCopy>(*decoded) && catching_up_from_ == message.from) catching_up_from_.reset();
  send_all(std::move(outbox), out);
}

void CausalProtocol::on(const Tick& tick, Outputs& out) {
  now_ms_ = std::max(now_ms_, tick.now_ms);
  wall_us_ = tick.wall_us;
  silences_.begin(replica_.peers(), now_ms_, wall_us_);
  resend(out);
  end_overdue_sessions(out);
  watches_.tick(now_ms_, out);
  if (now_ms_ < gossip_at_ms_) return;
  gossip_at_ms_ = now_ms_ + env_.cluster.gossip_interval_ms;
  const std::optional<NodeId> peer = next_to_ask();
  if (!peer) return replica_.tidy(out.writes, wall_us_);  // a cluster of one forgets by itself
  Outbox outbox = replica_.tick(out.writes, *peer, wall_us_);
  const bool catching_up = catching_up_from_ && now_ms_ < catching_up_until_ms_;
  const bool asks = !outbox.empty() && std::holds_alternative<Gossip>(outbox.front().message);
  if (catching_up && asks) return;
  send_all(std::move(outbox), out);
}

std::optional<NodeId> CausalProtocol::next_to_ask() {
  const std::vector<NodeId>& peers = replica_.peers();
  std::erase_if(to_ask_, [&](const NodeId& id) { return std::find(peers.begin(), peers.end(), id) == peers.end(); });
  if (to_ask_.empty()) {
    to_ask_ = peers;
    env_.rng.shuffle(to_ask_);
  }
  if (to_ask_.empty()) return std::nullopt;
  NodeId next = std::move(to_ask_.back());
  to_ask_.pop_back();
  return next;
}

void CausalProtocol::on(const RemoveMember& removal, Outputs& out) {
  replica_.remove_member(out.writes, removal.member);
  out.trace.push_back({"remove-member", {{"member", removal.member.str()}}});
  stop_if_superseded(out);
}

void CausalProtocol::finish_turn(Outputs& out) {
  answer_own_reads(out);
  const auto push = [&](const std::map<std::string, DotSet>& keys, const std::vector<NodeId>& peers, bool early) {
    if (peers.empty() || keys.empty()) return;
    PushOfKept message{replica_.base(), {}};
    std::size_t bytes = 0;
    const auto flush = [&] {
      auto body = std::make_shared<const std::string>(encode(message));
      for (const NodeId& peer : peers) out.sends.push_back({peer, body, "push", early});
      message.entries.clear();
      bytes = 0;
    };
    for (const auto& [key, dots] : keys) {
      EntryView entry = replica_.read(env_.store, key);
      // Without dots: the outcome of a read that found somebody stale.
      message.entries.push_back(
          {&key, &entry.siblings, std::move(entry.context), dots.empty() ? replica_.dots_of(env_.store, key) : dots});
      const std::size_t of_entry = message.entries.back().about_bytes();
      if (of_entry > most_sent_bytes) {
        message.entries.pop_back();
        continue;
      }
      bytes += of_entry;
      if (bytes >= push_bytes) flush();
    }
    if (!message.entries.empty()) flush();
  };
  // A new write may leave before it is durable here, so that all members sync at the same time: whatever becomes of
  // this process, the dot is never given out again, and the message says all that whoever takes it in must know.
  push(std::exchange(broadcast_, {}), replica_.peers(), true);
  for (const auto& [peer, keys] : std::exchange(directed_, {})) push(keys, {peer}, false);
  send_fetches(out);
  watches_.tell_news(out);
  replica_.persist(out.writes);
}

// ------------------------------------------------------------------------------------------------ counting

void CausalProtocol::count_acks(const NodeId& member, const DotSet& dots, Outputs& out) {
  const CounterSet& counters = dots.counters(replica_.actor());
  for (const CounterSet::Run& run : counters.runs()) {
    for (auto it = writes_.lower_bound(run.first); it != writes_.end() && it->first <= run.last;) {
      PendingWrite& pending = it->second;
      if (!pending.tally.add(member)) {
        ++it;
        continue;
      }
      tell(std::move(pending), pending.tally.got(), out);
      it = writes_.erase(it);
    }
  }
}

void CausalProtocol::resend(Outputs& out) {
  for (auto it = writes_.begin(); it != writes_.end();) {
    PendingWrite& pending = it->second;
    if (now_ms_ >= pending.answer_by_ms) {
      const QuorumTally& tally = pending.tally;
      tell(std::move(pending), planted(Bug::partial_told_as_met) ? tally.wanted() : tally.got(), out);
      it = writes_.erase(it);
      continue;
    }
    if (now_ms_ >= pending.resend_at_ms) {
      pending.resend_at_ms = now_ms_ + env_.cluster.gossip_interval_ms;
      for (const NodeId& peer : replica_.peers()) {
        if (!pending.tally.has(peer)) {
          DotSet dots;
          dots.add(pending.dot);
          push_later(peer, pending.key, dots);
        }
      }
    }
    ++it;
  }
  resend_fetches(out);
}

void CausalProtocol::push_later(const NodeId& to, const std::string& key, const DotSet& dots) {
  directed_[to][key].join(dots);
}

void CausalProtocol::send(const NodeId& to, const Message& message, Outputs& out) {
  out.sends.push_back({to, std::make_shared<const std::string>(encode(message)), name(message), false});
}

void CausalProtocol::send_all(Outbox&& outbox, Outputs& out) {
  for (const Outgoing& outgoing : outbox) send(outgoing.to, outgoing.message, out);
}

void CausalProtocol::tell_news(Outputs& out) {
  const News news = replica_.take_news();
  if (!env_.cluster.trace) return;
  for (TraceEvent& event : trace_events(news)) out.trace.push_back(std::move(event));
}

void CausalProtocol::stop_if_superseded(Outputs& out) const {
  if (!replica_.superseded()) return;
  const Incarnation newer = replica_.lives().at(env_.self);
  out.stop = newer == removed_for_ever
                 ? env_.self +
                       " was removed from the cluster for ever (kin cluster remove). To take part again it "
                       "needs a new id and an empty data directory"
                 : "another process of " + env_.self + " was started after this one (" +
                       to_string(Actor{env_.self, newer}) + ", this is " + to_string(replica_.actor()) +
                       "), perhaps on a copy of its data directory, or this machine's clock is behind. Only the newer "
                       "one is heard by the others; this one stops";
}

// Removed ones included: their updates count in every clock, and a member that never heard of them could not read it.
void CausalProtocol::stop_if_file_lacks_members(Outputs& out) const {
  std::string lacking;
  for (const auto& [member, life] : replica_.lives()) {
    if (env_.cluster.node(member) == nullptr) lacking += (lacking.empty() ? "" : ", ") + member;
  }
  if (lacking.empty()) return;
  out.stop = "the data of " + env_.self + " know members that the cluster file does not name: " + lacking +
             ". Put them back into the file: their updates count in the clocks. One that never comes back is removed "
             "with `kin cluster remove`, and stays in the file";
}

// ------------------------------------------------------------------------------------------------ report

wire::TierReport CausalProtocol::report(std::uint64_t now_ms) const {
  wire::TierReport out;
  out.tier = "causal";
  out.keys = replica_.keys();
  out.digest = hex(wire::key_hash("", replica_.digest()));
  out.held_back = replica_.dot_map().held();
  for (const auto& [member, life] : replica_.lives()) {
    if (member == env_.self) continue;
    wire::PeerReport peer;
    peer.member = member;
    peer.incarnation = life == removed_for_ever ? never_heard : life;
    auto heard = heard_ms_.find(member);
    const bool ever = heard != heard_ms_.end();
    peer.heard_ms_ago = ever && now_ms > heard->second ? now_ms - heard->second : 0;
    peer.state = life == removed_for_ever                      ? "removed"
                 : !ever                                       ? "never-heard"
                 : peer.heard_ms_ago < env_.cluster.suspect_ms ? "reachable"
                                                               : "silent";
    if (const Report* known = replica_.report_of(member)) {
      DotSet lacks, ahead;
      for (const auto& [actor, counters] : replica_.clock().minus(known->clock)) lacks.add(actor, counters);
      for (const auto& [actor, counters] : known->clock.minus(replica_.clock())) ahead.add(actor, counters);
      peer.it_lacks = lacks.size();
      peer.we_lack = ahead.size();
    }
    peer.blocks_forgetting = replica_.blocks_forgetting(member);
    out.peers.push_back(std::move(peer));
  }
  out.counters = {{"writes-waiting", writes_.size()},      {"reads-waiting", reads_.size()},
                  {"copying", replica_.copying() ? 1 : 0}, {"sessions-waiting", sessions_.waiting()},
                  {"watches-waiting", watches_.waiting()}, {"thrown-away", thrown_away_}};
  return out;
}

void CausalProtocol::check_invariants() const { replica_.check_invariants(env_.store); }

}  // namespace kin::causal
