// What nodes answer while the clients of the causal tier work, held against the oracle.
#include <utility>

#include "common/wire/sessions.hpp"
#include "driver/sim/causal_load.hpp"
#include "driver/sim/replies.hpp"

namespace kin::sim {

void CausalLoad::stepped(const NodeId& node, const std::vector<Reply>& replies) {
  for (const Reply& reply : replies) {
    if (reply.kind == wire::Kind::in_session_reply) {
      const auto inner = decoded<wire::InSessionReply>(reply);
      judge_reply(node, reply.to, inner.reply, inner.body, inner.seen);
    } else {
      judge_reply(node, reply.to, reply.kind, reply.body, "");
    }
  }
}

// `session_seen`: empty out of a session.
void CausalLoad::judge_reply(const NodeId& node, CallId call, wire::Kind kind, const std::string& body,
                             const std::string& session_seen) {
  if (auto peek = peeks_.find(call); peek != peeks_.end()) {
    if (kind == wire::Kind::failure) return;  // it waited too long, and so did the write behind it
    const auto read = decoded<wire::ReadReply>(body);
    Operation& operation = operations_.at(peek->second);
    oracle_.shows(node, operation.key, values_of(read.siblings));
    return write_was_stepped(operation, values_of(read.siblings));
  }
  if (const auto explain = explains_.find(call); explain != explains_.end()) {
    if (kind == wire::Kind::explain_reply) {
      return stories_.judge(node, explain->second, decoded<wire::ExplainReply>(body));
    }
    return oracle_.wrong("odd answer", node + " explains nothing: " + decoded<Failure>(body).message);
  }
  const auto found = operations_.find(call);
  if (found == operations_.end()) return;
  Operation& operation = found->second;
  operation.session_seen = session_seen;
  switch (kind) {
    case wire::Kind::read_reply: return judge_read(operation, decoded<wire::ReadReply>(body));
    case wire::Kind::write_reply: return judge_write(operation, decoded<wire::WriteReply>(body));
    case wire::Kind::failure: return judge_failure(operation, decoded<Failure>(body));
    default: oracle_.wrong("odd answer", node + " answers with kind " + std::to_string(static_cast<int>(kind)));
  }
}

// `values`: what the coordinator held before, or what it says that the write replaced.
void CausalLoad::write_was_stepped(Operation& operation, const std::vector<std::string>& values) {
  EventSet seen;
  switch (operation.seen) {
    case wire::Seen::context: seen = operation.seen_by_token; break;
    case wire::Seen::overwrite: seen = oracle_.closure(operation.key, values); break;
    case wire::Seen::implied:
      // Beside several values that its writer never saw, a write is one more.
      if (operation.kind == Kind::remove || values.size() <= 1) seen = oracle_.closure(operation.key, values);
      break;
    case wire::Seen::nothing: break;
  }
  const bool puts = operation.kind == Kind::put;
  operation.event =
      oracle_.wrote(operation.node, operation.key, puts ? std::optional(operation.value) : std::nullopt, seen);
  operation.told = oracle_.closure(operation.key, *operation.event);
}

void CausalLoad::judge_read(Operation& operation, wire::ReadReply&& reply) {
  names_.shown(operation.node, operation.key, reply.siblings);
  operation.values = values_of(reply.siblings);
  oracle_.shows(operation.node, operation.key, operation.values, reply.got, operation.mark);
  operation.told = oracle_.closure(operation.key, operation.values);
  operation.context = std::move(reply.context);
}

void CausalLoad::judge_write(Operation& operation, wire::WriteReply&& reply) {
  for (wire::Replaced& replaced : reply.replaced) {
    operation.replaced.push_back(replaced.value ? std::move(*replaced.value) : "?");
  }
  const bool first_told = !operation.event;
  if (first_told) {
    // Beside several values nothing is replaced, so what was replaced is what had been seen.
    write_was_stepped(operation, operation.replaced);
    oracle_.shows(operation.node, operation.key, values_of(reply.siblings));
  }
  stories_.named(reply.dot, *operation.event);
  names_.shown(operation.node, operation.key, reply.siblings);
  if (operation.kind == Kind::put) {
    names_.replaced(operation.node, operation.key, operation.value, reply.clock, operation.replaced);
  }
  oracle_.erased(operation.node, operation.key, operation.replaced);
  oracle_.acknowledged(operation.key, *operation.event, reply.got);
  operation.context = std::move(reply.context);
}

void CausalLoad::judge_failure(Operation& operation, const Failure& failure) {
  if (operation.event) oracle_.never_happened(operation.key, *operation.event);
  operation.event.reset();
  switch (failure.status) {
    case Status::not_found:
      if (operation.kind == Kind::remove) oracle_.shows(operation.node, operation.key, {});
      break;
    case Status::limit:        // of siblings
    case Status::timeout:      // R was not met
    case Status::unavailable:  // more is asked for than there are members
      break;
    default: oracle_.wrong("odd answer", operation.node + " refuses: " + failure.message);
  }
}

void CausalLoad::refused(const NodeId& node, const std::string& why) {
  oracle_.wrong("stopped", node + " stopped by itself: " + why);
}

}  // namespace kin::sim
