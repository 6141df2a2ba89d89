#include "driver/sim/causal_load.hpp"

#include <algorithm>
#include <utility>

#include "common/wire/sessions.hpp"
#include "driver/sim/run.hpp"

namespace kin::sim {
namespace {

constexpr std::size_t remembered_tokens = 12;
constexpr std::uint64_t explain_every = 3;  // of the reads, about
}  // namespace

std::unique_ptr<Load> make_causal_load(const Options& options) { return std::make_unique<CausalLoad>(options); }

CausalLoad::CausalLoad(const Options& options)
    : options_(options), rng_(options.seed ^ 0x10AD), oracle_(node_ids(options)), names_(oracle_), stories_(oracle_) {}

void CausalLoad::start(SimCluster& cluster) {
  cluster_ = &cluster;
  const std::vector<NodeId> nodes = cluster.config().ids();
  for (std::size_t i = 0; i < options_.clients; ++i) {
    clients_.push_back(
        {nodes[i % nodes.size()], {}, 0, i * 100 < std::uint64_t{options_.clients} * options_.sessions, {}, {}});
    next(i);
  }
}

// ------------------------------------------------------------------------------------------------ asking

std::uint32_t CausalLoad::burst(const Client& client) const { return client.keeps_session ? 1 : options_.burst; }

// As many operations a second as without bursts.
void CausalLoad::next(std::size_t client) {
  const Micros longest = Micros{options_.think_us} * burst(clients_[client]);
  cluster_->agenda().after(rng_.below(longest + 1), [this, client] {
    if (asked_ < options_.operations) ask(client);
  });
}

template <class Request>
Question CausalLoad::question(const Client& client, CallId call, const Request& request) const {
  if (!client.keeps_session) return {call, Request::kind, wire::encode(request)};
  return {call, wire::Kind::in_session, wire::encode(wire::in_session(request, client.seen))};
}

void CausalLoad::ask(std::size_t client) {
  Client& who = clients_[client];
  const std::vector<NodeId> nodes = cluster_->config().ids();
  const NodeId node = rng_.below(100) < options_.roaming ? nodes[rng_.below(nodes.size())] : who.home;
  std::vector<Question> questions;
  for (std::uint32_t i = 0; i < burst(who) && asked_ < options_.operations; ++i) begin(client, node, questions);
  cluster_->ask(node, std::move(questions), options_.timeout_ms);
}

void CausalLoad::begin(std::size_t client, const NodeId& node, std::vector<Question>& questions) {
  ++asked_;
  ++open_;
  Client& who = clients_[client];
  ++who.open;
  const std::size_t members = cluster_->config().nodes.size();
  Operation operation;
  operation.client = client;
  operation.in_session = who.keeps_session;
  operation.node = node;
  // A few keys get most of the traffic: where writers meet, there are siblings.
  const std::uint64_t range = rng_.below(4) == 0 ? options_.keys : std::max<std::uint64_t>(1, options_.keys / 5);
  operation.key = "key-" + std::to_string(rng_.below(range)) + '/';  // none is the beginning of another
  operation.start = cluster_->agenda().now();
  operation.mark = oracle_.mark();
  if (rng_.below(100) < options_.levels) operation.level = 1 + static_cast<std::uint32_t>(rng_.below(members));
  const wire::Level level{wire::Quorum::count, operation.level};
  const CallId call = cluster_->new_call();

  if (rng_.below(100) < options_.reads) {
    questions.push_back(question(who, call, wire::Read{bucket, operation.key, level}));
    // In the same turn, so that what is told is about what is shown; a read in a session may have to wait.
    if (asked_ % explain_every == 0 && !operation.in_session) {
      const CallId explain = cluster_->new_call();
      explains_.emplace(explain, operation.key);
      questions.push_back({explain, wire::Kind::explain, wire::encode(wire::Explain{bucket, operation.key})});
    }
  } else {
    const bool removes = rng_.below(100) < options_.deletes;
    operation.kind = removes ? Kind::remove : Kind::put;
    const std::uint64_t drawn = rng_.below(100);
    std::string context;
    if (drawn < options_.contexts && !who.tokens.empty()) {
      // Mostly the newest one; old ones are what makes conflicts.
      const bool newest = rng_.chance(0.7);
      const Token& token = newest ? who.tokens.back() : who.tokens[rng_.below(who.tokens.size())];
      operation.key = token.key;
      operation.seen = wire::Seen::context;
      operation.seen_by_token = token.seen;
      operation.token_operation = token.operation;
      context = token.context;
    } else if (drawn >= 100 - options_.blind && !removes) {
      operation.seen = wire::Seen::nothing;
    } else if (drawn >= 100 - 2 * options_.blind) {
      operation.seen = wire::Seen::overwrite;
    }
    // One that asks for more copies may never be answered: what it replaces is looked at in the same turn.
    if (operation.level > 1) {
      const CallId peek = cluster_->new_call();
      peeks_.emplace(peek, call);
      questions.push_back(question(who, peek, wire::Read{bucket, operation.key, {wire::Quorum::count, 1}}));
    }
    if (removes) {
      questions.push_back(
          question(who, call, wire::Remove{bucket, operation.key, operation.seen, context, level, "", true}));
    } else {
      operation.value = "v" + std::to_string(call);
      if (operation.value.size() < options_.value_bytes) {
        operation.value.append(options_.value_bytes - operation.value.size(), '.');
      }
      questions.push_back(
          question(who, call,
                   wire::AddUpdate{bucket, operation.key, operation.value, operation.seen, context, level, "", true}));
    }
  }
  operations_.emplace(call, std::move(operation));
  cluster_->agenda().after(Micros{options_.timeout_ms} * 1000, [this, call] { close(call, nullptr); });
}

// ------------------------------------------------------------------------------------------------ being answered

void CausalLoad::reply_arrived(const Reply& reply) {
  if (reply.to == awaits_) {
    awaited_ = reply;
    return;
  }
  if (operations_.contains(reply.to)) close(reply.to, &reply);
}

// With a reply, or at the time-out: whatever comes later, the client is gone.
void CausalLoad::close(CallId call, const Reply* reply) {
  Operation& operation = operations_.at(call);
  if (std::exchange(operation.closed, true)) return;
  --open_;
  operation.end = reply ? std::optional(cluster_->agenda().now()) : std::nullopt;
  if (reply && reply->kind == wire::Kind::failure) {
    operation.outcome = "fail";
  } else if (reply) {
    ++answered_;
    operation.outcome = "ok";
    if (operation.event) oracle_.promised(operation.key, *operation.event);
    if (operation.in_session) {
      clients_[operation.client].seen = std::move(operation.session_seen);
      follow_session(operation);
    }
    std::deque<Token>& tokens = clients_[operation.client].tokens;
    tokens.push_back({operation.key, std::move(operation.context), *operation.told, "o" + std::to_string(call)});
    if (tokens.size() > remembered_tokens) tokens.pop_front();
  }
  if (--clients_[operation.client].open == 0) next(operation.client);
}

void CausalLoad::follow_session(Operation& operation) {
  SessionView& view = clients_[operation.client].view;
  if (operation.kind == Kind::read) {
    oracle_.read_in_session(operation.node, view, operation.key, operation.values);
  } else {
    oracle_.wrote_in_session(view, operation.key, *operation.event);
  }
}

std::vector<std::string> CausalLoad::story() const {
  std::vector<std::string> out;
  for (const std::string& key : oracle_.keys()) {
    const auto about = [&](const Violation& violation) {
      return violation.story.find(' ' + key + ':') != std::string::npos ||
             violation.story.find(' ' + key + ' ') != std::string::npos;
    };
    if (std::none_of(oracle_.violations().begin(), oracle_.violations().end(), about)) continue;
    out.push_back("writes to " + key + ":");
    for (const std::string& line : oracle_.story(key)) out.push_back("  " + line);
  }
  return out;
}

std::vector<std::string> CausalLoad::history() const {
  std::vector<std::string> out;
  for (const auto& [call, operation] : operations_) {
    std::string line = "{\"id\":\"o" + std::to_string(call) + "\",\"op\":";
    const char* const names[] = {"\"get\"", "\"put\"", "\"delete\""};
    line += names[static_cast<int>(operation.kind)];
    line += ",\"key\":" + quoted(operation.key);
    if (operation.kind == Kind::read) {
      line += ",\"values\":" + quoted_list(operation.values) + ",\"context\":null";
    } else {
      line += ",\"value\":" + (operation.kind == Kind::put ? quoted(operation.value) : "null") + ",\"context\":";
      switch (operation.seen) {
        case wire::Seen::context: line += quoted(operation.token_operation); break;
        case wire::Seen::nothing: line += "null"; break;
        default: line += "\"implied\"";
      }
      // What was replaced is only known to who was answered.
      if (operation.end) line += ",\"replaced\":" + quoted_list(operation.replaced);
    }
    if (operation.in_session) line += ",\"session\":" + quoted("s" + std::to_string(operation.client));
    line += ",\"node\":" + quoted(operation.node) + ",\"start_ns\":" + std::to_string(operation.start * 1000) +
            ",\"end_ns\":" + (operation.end ? std::to_string(*operation.end * 1000) : "null") +
            ",\"outcome\":" + quoted(operation.outcome) + '}';
    out.push_back(std::move(line));
  }
  out.insert(out.end(), last_reads_.begin(), last_reads_.end());
  return out;
}

}  // namespace kin::sim
