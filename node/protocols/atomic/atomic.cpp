#include "node/protocols/atomic/atomic.hpp"

#include <algorithm>
#include <utility>

#include "common/listed.hpp"

namespace kin::atomic {

bool owns(wire::Kind kind) { return kind >= wire::Kind::token_create && kind <= wire::Kind::token_silence; }

AtomicProtocol::AtomicProtocol(const Environment& environment) : process_(environment) {
  for (const TokenScheme& scheme : process_.env.cluster.tokens) {
    Entry& entry = tokens_[scheme.id];
    entry.scheme = &scheme;
    const std::vector<NodeId> holders = scheme.holders();
    if (std::binary_search(holders.begin(), holders.end(), process_.env.self)) {
      entry.token = std::make_unique<Token>(scheme, process_);
    }
  }
}

void AtomicProtocol::step(const Input& input, Outputs& out) {
  if (gave_up_) {
    // The step before told everybody who waits; a turn that stops lets nothing leave.
    out.stop = "another process of " + process_.env.self + " was started after this one (" +
               to_string(Actor{process_.env.self, *process_.superseded_by}) + ", this is " +
               to_string(Actor{process_.env.self, process_.env.life}) +
               "), perhaps on a copy of its data directory, or this machine's clock is behind. Only the newer one may "
               "write its tokens; this one stops";
    return;
  }
  std::visit([&](const auto& event) { on(event, out); }, input);
  give_up_if_superseded(out);
}

void AtomicProtocol::give_up_if_superseded(Outputs& out) {
  if (!process_.superseded_by) return;
  gave_up_ = true;
  for (auto& [id, entry] : tokens_) {
    if (entry.token) entry.token->give_up(out);
  }
}

void AtomicProtocol::on(const Started& started, Outputs& out) {
  process_.now_ms = started.now_ms;
  for (auto& [id, entry] : tokens_) {
    if (entry.token) entry.token->start(out);
  }
}

void AtomicProtocol::on(const Tick& tick, Outputs& out) {
  process_.now_ms = std::max(process_.now_ms, tick.now_ms);
  for (auto& [id, entry] : tokens_) {
    if (entry.token) entry.token->tick(out);
  }
}

void AtomicProtocol::on(const JobProgress& progress, Outputs& out) {
  if (Token* token = process_.owner_of(progress.id)) token->progressed(progress, out);
}

void AtomicProtocol::on(const JobDone& job, Outputs& out) {
  if (Token* token = process_.owner_of(job.id)) token->scanned(job.id, job.result, out);
}

void AtomicProtocol::on(const PeerMessage& message, Outputs& out) {
  auto decoded = decode(message.body);
  if (!decoded) return out.malformed.push_back(decoded.error().what);
  process_.heard_ms[message.from] = process_.now_ms;
  Incarnation& newest = process_.lives[message.from];
  newest = std::max(newest, message.life);
  for (const Message& one : *decoded) {
    const std::string& id = std::visit([](const auto& m) -> const std::string& { return m.token; }, one);
    const auto found = tokens_.find(id);
    const std::string wrong = found == tokens_.end() || !found->second.token
                                  ? "a token that this node does not hold: do all nodes have the same tokens file?"
                                  : found->second.token->implausible(message.from, message.life, one);
    if (wrong.empty()) {
      found->second.token->receive(message.from, message.life, one, out);
    } else {
      out.malformed.push_back(wrong);
    }
  }
}

void AtomicProtocol::finish_turn(Outputs& out) { process_.flush(out); }

// ------------------------------------------------------------------------------------------------ calls

void AtomicProtocol::on(const ClientCall& call, Outputs& out) {
  const auto with = [&]<class Request>(std::type_identity<Request>) {
    auto request = wire::decode<Request>(call.body);
    if (request) return handle(call, *request, out);
    out.malformed.push_back(request.error().what);
    refuse(call, Status::usage, "the request could not be read: " + request.error().what, out);
  };
  switch (call.kind) {
    case wire::Kind::token_create: return with(std::type_identity<wire::TokenCreate>{});
    case wire::Kind::token_write: return with(std::type_identity<wire::TokenWrite>{});
    case wire::Kind::token_read: return with(std::type_identity<wire::TokenRead>{});
    case wire::Kind::token_drop: return with(std::type_identity<wire::TokenDrop>{});
    case wire::Kind::token_list: return with(std::type_identity<wire::TokenList>{});
    case wire::Kind::token_show: return with(std::type_identity<wire::TokenShow>{});
    case wire::Kind::token_silence: return with(std::type_identity<wire::TokenSilence>{});
    default: refuse(call, Status::wrong_tier, "the atomic tier has tokens and no keys: see kin token --help", out);
  }
}

void AtomicProtocol::handle(const ClientCall& call, const wire::TokenCreate& request, Outputs& out) {
  if (Token* token = at_writer(call, request.id, out)) token->create(call, request, out);
}

void AtomicProtocol::handle(const ClientCall& call, const wire::TokenDrop& request, Outputs& out) {
  if (Token* token = at_writer(call, request.id, out)) token->drop(call, out);
}

void AtomicProtocol::handle(const ClientCall& call, const wire::TokenWrite& request, Outputs& out) {
  Token* token = at_writer(call, request.id, out);
  if (token == nullptr) return;
  const Limits& limits = process_.env.cluster.limits;
  if (request.low > request.mid || request.mid >= request.high) {
    return refuse(call, Status::usage,
                  "low <= mid < high must hold, and not " + std::to_string(request.low) + ", " +
                      std::to_string(request.mid) + ", " + std::to_string(request.high),
                  out);
  }
  if (request.high - request.low > limits.token_domain) {
    return refuse(call, Status::limit,
                  "the domain has " + std::to_string(request.high - request.low) + " numbers, at most " +
                      std::to_string(limits.token_domain) + " are hashed (limits.token_domain)",
                  out);
  }
  if (request.name.size() > limits.key_bytes) {
    return refuse(call, Status::limit,
                  "the name has " + std::to_string(request.name.size()) + " bytes, at most " +
                      std::to_string(limits.key_bytes) + " are allowed (limits.key_bytes)",
                  out);
  }
  token->write(call, request, out);
}

void AtomicProtocol::handle(const ClientCall& call, const wire::TokenRead& request, Outputs& out) {
  if (Token* token = at_reader(call, request.id, out)) token->read(call, out);
}

void AtomicProtocol::handle(const ClientCall& call, const wire::TokenList&, Outputs& out) {
  wire::TokensReply reply;
  for (const auto& [id, entry] : tokens_) reply.tokens.push_back({id, entry.scheme->writer, entry.scheme->readers});
  out.reply(call.id, wire::Kind::tokens_reply, reply);
}

void AtomicProtocol::handle(const ClientCall& call, const wire::TokenShow& request, Outputs& out) {
  if (const Token* token = at_holder(call, request.id, out)) {
    out.reply(call.id, wire::Kind::token_show_reply, token->show());
  }
}

void AtomicProtocol::handle(const ClientCall& call, const wire::TokenSilence& request, Outputs& out) {
  if (!process_.env.cluster.faults_enabled) {
    return refuse(call, Status::denied,
                  process_.env.self + " takes no faults: start it with --enable-faults, or set faults.enabled", out);
  }
  const Entry* entry = known(call, request.id, out);
  if (entry == nullptr) return;
  // Of the fault itself it speaks, also when it is silent already.
  if (entry->token) {
    entry->token->fall_silent_in(request.after_ms, out);
    return out.reply(call.id, wire::Kind::done,
                     wire::Done{process_.env.self + " falls silent about token " + request.id + " in " +
                                std::to_string(request.after_ms) + " ms, for ever"});
  }
  refuse(call, Status::unsupported,
         process_.env.self + " does not hold token " + request.id + "; its holders are " +
             with_addresses(entry->scheme->holders()),
         out);
}

// ------------------------------------------------------------------------------------------------ who serves what

const AtomicProtocol::Entry* AtomicProtocol::known(const ClientCall& call, const std::string& id, Outputs& out) {
  const auto found = tokens_.find(id);
  if (found != tokens_.end()) return &found->second;
  refuse(call, Status::not_found, "the tokens file has no token of this id; kin token list shows all", out);
  return nullptr;
}

Token* AtomicProtocol::at_writer(const ClientCall& call, const std::string& id, Outputs& out) {
  const Entry* entry = known(call, id, out);
  if (entry == nullptr) return nullptr;
  if (entry->scheme->writer == process_.env.self) return entry->token->silent() ? nullptr : entry->token.get();
  if (entry->token && entry->token->silent()) return nullptr;
  refuse(call, Status::not_writer,
         process_.env.self + " is not the writer of token " + id + ": ask " + with_address(entry->scheme->writer), out);
  return nullptr;
}

Token* AtomicProtocol::at_reader(const ClientCall& call, const std::string& id, Outputs& out) {
  const Entry* entry = known(call, id, out);
  if (entry == nullptr || (entry->token && entry->token->silent())) return nullptr;
  const std::vector<NodeId>& readers = entry->scheme->readers;
  if (std::find(readers.begin(), readers.end(), process_.env.self) != readers.end()) return entry->token.get();
  refuse(call, Status::unsupported,
         process_.env.self + " is no reader of token " + id + ": ask " + with_addresses(readers), out);
  return nullptr;
}

Token* AtomicProtocol::at_holder(const ClientCall& call, const std::string& id, Outputs& out) {
  const Entry* entry = known(call, id, out);
  if (entry == nullptr || (entry->token && entry->token->silent())) return nullptr;
  if (entry->token) return entry->token.get();
  refuse(call, Status::unsupported,
         process_.env.self + " does not hold token " + id + "; its holders are " +
             with_addresses(entry->scheme->holders()),
         out);
  return nullptr;
}

void AtomicProtocol::refuse(const ClientCall& call, Status status, std::string message, Outputs& out) const {
  out.fail(call.id, {status, Applied::no, std::move(message), process_.env.self, 0, 0});
}

std::string AtomicProtocol::with_address(const NodeId& node) const {
  const NodeConfig* config = process_.env.cluster.node(node);
  return config == nullptr ? node.str() : node + " (" + config->endpoint() + ")";
}

std::string AtomicProtocol::with_addresses(const std::vector<NodeId>& nodes) const {
  return listed(nodes, ", ", [this](const NodeId& node) { return with_address(node); });
}

// ------------------------------------------------------------------------------------------------ report

wire::TierReport AtomicProtocol::report(std::uint64_t) const {
  wire::TierReport out;
  out.tier = "atomic";
  // Holders of different tokens have nothing to agree on, and a holder that no quorum needed may rightly be behind for
  // ever. So all nodes have the same digest, which is that of no updates.
  std::uint64_t silent = 0, asking = 0, waiting = 0;
  for (const auto& [id, entry] : tokens_) {
    if (!entry.token) continue;
    if (entry.token->exists()) ++out.keys;
    if (entry.token->silent()) ++silent;
    if (!entry.token->up_to_date()) ++asking;
    waiting += entry.token->waiting();
  }
  out.no_user_keys = out.keys;
  out.counters = {{"reads", process_.counts.reads},
                  {"changes", process_.counts.changes},
                  {"imposed", process_.counts.imposed},
                  {"agreed", process_.counts.agreed},
                  {"waiting", waiting},
                  {"not-up-to-date", asking},
                  {"silent", silent}};
  return out;
}

void AtomicProtocol::check_invariants() const {
  for (const auto& [id, entry] : tokens_) {
    if (entry.token) entry.token->check_invariants();
  }
}

}  // namespace kin::atomic
