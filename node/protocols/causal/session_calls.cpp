#include "node/protocols/causal/session_calls.hpp"

#include <algorithm>
#include <utility>

#include "common/assert.hpp"
#include "common/planted.hpp"
#include "common/wire/context_token.hpp"
#include "common/wire/requests.hpp"

namespace kin::causal {
namespace {

bool fits_a_session(wire::Kind kind) {
  return kind == wire::Kind::read || kind == wire::Kind::add_update || kind == wire::Kind::remove;
}

std::optional<Dot> one_of(const Behind& behind) {
  if (behind.lacking.empty()) return std::nullopt;
  const auto& [actor, counters] = *behind.lacking.begin();
  return Dot{actor, counters.runs().front().first};
}

// What a reply of our own lets its reader see: all that its context covers.
DotSet shown_by(const Reply& reply) {
  std::string context;
  if (reply.kind == wire::Kind::read_reply) context = wire::decode<wire::ReadReply>(reply.body)->context;
  if (reply.kind == wire::Kind::write_reply) context = wire::decode<wire::WriteReply>(reply.body)->context;
  auto token = wire::parse_context(context);
  KIN_REQUIRE(token, "a context of our own: " + context);
  return std::move(token->dots);
}

}  // namespace

Behind behind(const DotSet& clock, const DotSet& seen) {
  Behind out{seen.minus(clock), {}};
  for (const auto& [node, floor] : seen.floors()) {
    if (clock.floor(node) < floor) out.floors.push_back(node);
  }
  return out;
}

std::string in_words(const Behind& behind) {
  std::uint64_t all = 0;
  std::string of_whom;
  for (const auto& [actor, counters] : behind.lacking) {
    all += counters.size();
    of_whom += (of_whom.empty() ? "" : ", ") + std::to_string(counters.size()) + " of " + to_string(actor);
  }
  for (const NodeId& node : behind.floors) {
    of_whom += (of_whom.empty() ? "" : ", ") + std::string("some of earlier processes of ") + node;
  }
  return (all == 0 ? "updates" : std::to_string(all) + (all == 1 ? " update" : " updates")) + " (" + of_whom + ")";
}

WaitingCall::WaitingCall(const ClientCall& call)
    : id(call.id),
      kind(call.kind),
      body(call.body),
      client(call.client),
      deadline_ms(call.deadline_ms),
      wall_us(call.wall_us) {}

ClientCall WaitingCall::call() const { return {id, kind, body, client, deadline_ms, wall_us}; }

tl::expected<bool, SessionCalls::Refusal> SessionCalls::enter(const ClientCall& call, const wire::InSession& request,
                                                              std::uint64_t answer_by_ms, ClientCall& inner) {
  if (!fits_a_session(request.request)) {
    return tl::unexpected(Refusal{Status::usage, "only reads, writes and deletes of keys have a session"});
  }
  auto seen = request.seen.empty() ? DotSet{} : wire::parse_frontier(request.seen);
  if (!seen) return tl::unexpected(Refusal{Status::usage, seen.error()});
  if (!replica_.may_name(*seen)) {
    return tl::unexpected(Refusal{Status::usage,
                                  "this session has seen a write that was never made, or a node that is no member: it "
                                  "is of another cluster. Give another session file"});
  }
  const Behind missing = behind(replica_.clock(), *seen);
  if (missing.any() && !planted(Bug::session_not_awaited)) {
    if (waiting_.size() >= most_waiting_calls) {
      return tl::unexpected(Refusal{Status::unavailable, std::to_string(waiting_.size()) +
                                                             " calls of sessions wait here for updates, no more can"});
    }
    waiting_.push_back({WaitingCall(call), std::move(*seen), answer_by_ms, one_of(missing)});
    return false;
  }
  inner = call;
  inner.kind = request.request;
  inner.body = request.body;
  open_.emplace(call.id, std::move(*seen));
  return true;
}

std::vector<WaitingCall> SessionCalls::arrived() {
  std::vector<WaitingCall> out;
  std::erase_if(waiting_, [&](Waiting& one) {
    if (one.lacking && !replica_.clock().has(*one.lacking)) return false;
    const Behind missing = behind(replica_.clock(), one.seen);
    one.lacking = one_of(missing);
    if (missing.any()) return false;
    out.push_back(std::move(one.call));
    return true;
  });
  return out;
}

std::vector<SessionCalls::Overdue> SessionCalls::overdue(std::uint64_t now_ms) {
  std::vector<Overdue> out;
  std::erase_if(waiting_, [&](const Waiting& one) {
    if (now_ms < one.answer_by_ms) return false;
    out.push_back({one.call.id, in_words(behind(replica_.clock(), one.seen))});
    return true;
  });
  return out;
}

void SessionCalls::wrap(std::vector<Reply>& replies, std::size_t first) {
  if (open_.empty()) return;
  for (std::size_t i = first; i < replies.size(); ++i) {
    Reply& reply = replies[i];
    const auto open = open_.find(reply.to);
    if (open == open_.end()) continue;
    if (reply.kind != wire::Kind::failure) {
      DotSet seen = std::move(open->second);
      seen.join(shown_by(reply));
      reply.body = wire::encode(wire::InSessionReply{wire::print_frontier(seen), reply.kind, std::move(reply.body)});
      reply.kind = wire::Kind::in_session_reply;
    }
    open_.erase(open);
  }
}

}  // namespace kin::causal
