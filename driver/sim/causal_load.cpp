#include "driver/sim/causal_load.hpp"

#include <algorithm>
#include <utility>

#include "common/assert.hpp"
#include "common/wire/sessions.hpp"
#include "driver/sim/run.hpp"

namespace kin::sim {
namespace {

constexpr std::size_t remembered_tokens = 12;
constexpr const char* bucket = "default";
constexpr std::uint64_t explain_every = 3;  // of the reads, about
constexpr Micros longest_last_answer_us = 60'000'000;

std::vector<std::string> values_of(const std::vector<wire::ShownSibling>& siblings) {
  std::vector<std::string> out;
  out.reserve(siblings.size());
  for (const wire::ShownSibling& sibling : siblings) out.push_back(sibling.value);
  return out;
}

template <class Body>
Body decoded(const std::string& bytes) {
  auto body = wire::decode<Body>(bytes);
  KIN_REQUIRE(body, "a reply that cannot be read: " + body.error().what);
  return std::move(*body);
}

template <class Body>
Body decoded(const Reply& reply) {
  return decoded<Body>(reply.body);
}

// What a session's reply has inside, and any other one as it is.
Reply unwrapped(const Reply& reply) {
  if (reply.kind != wire::Kind::in_session_reply) return reply;
  auto inner = decoded<wire::InSessionReply>(reply);
  return {reply.to, inner.reply, std::move(inner.body), reply.last};
}

// Ask again later, says the node.
bool is_behind(const Reply& reply) {
  return reply.kind == wire::Kind::failure && decoded<Failure>(reply).status == Status::unavailable;
}

std::string list(const std::vector<std::string>& values) {
  std::string out = "[";
  for (const std::string& value : values) out += (out.size() > 1 ? "," : "") + quoted(value);
  return out + ']';
}

}  // namespace

std::unique_ptr<Load> make_causal_load(const Options& options) { return std::make_unique<CausalLoad>(options); }

CausalLoad::CausalLoad(const Options& options)
    : options_(options), rng_(options.seed ^ 0x10AD), oracle_(node_ids(options)), stories_(oracle_) {}

void CausalLoad::start(SimCluster& cluster) {
  cluster_ = &cluster;
  const std::vector<NodeId> nodes = cluster.config().ids();
  for (std::size_t i = 0; i < options_.clients; ++i) {
    clients_.push_back(
        {nodes[i % nodes.size()], {}, i * 100 < std::uint64_t{options_.clients} * options_.sessions, {}, {}});
    next(i);
  }
}

// ------------------------------------------------------------------------------------------------ asking

void CausalLoad::next(std::size_t client) {
  cluster_->agenda().after(rng_.below(options_.think_us + 1), [this, client] {
    if (asked_ < options_.operations) ask(client);
  });
}

template <class Request>
Question CausalLoad::question(const Client& client, CallId call, const Request& request) const {
  if (!client.keeps_session) return {call, Request::kind, wire::encode(request)};
  return {call, wire::Kind::in_session, wire::encode(wire::in_session(request, client.seen))};
}

void CausalLoad::ask(std::size_t client) {
  ++asked_;
  ++open_;
  Client& who = clients_[client];
  const std::vector<NodeId> nodes = cluster_->config().ids();
  Operation operation;
  operation.client = client;
  operation.in_session = who.keeps_session;
  operation.node = rng_.below(100) < options_.roaming ? nodes[rng_.below(nodes.size())] : who.home;
  // A few keys get most of the traffic: where writers meet, there are siblings.
  const std::uint64_t range = rng_.below(4) == 0 ? options_.keys : std::max<std::uint64_t>(1, options_.keys / 5);
  operation.key = "key-" + std::to_string(rng_.below(range)) + '/';  // none is the beginning of another
  operation.start = cluster_->agenda().now();
  operation.mark = oracle_.mark();
  if (rng_.below(100) < options_.levels) operation.level = 1 + static_cast<std::uint32_t>(rng_.below(nodes.size()));
  const wire::Level level{wire::Quorum::count, operation.level};
  const CallId call = cluster_->new_call();

  std::vector<Question> questions;
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
  const NodeId node = operation.node;
  operations_.emplace(call, std::move(operation));
  cluster_->ask(node, std::move(questions), options_.timeout_ms);
  cluster_->agenda().after(Micros{options_.timeout_ms} * 1000, [this, call] { close(call, nullptr); });
}

// ------------------------------------------------------------------------------------------------ judging

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

// A dot never names two values, and a value keeps its dot and its clock. Of a value that nobody wrote the oracle tells.
void CausalLoad::judge_names(const NodeId& node, const std::string& key,
                             const std::vector<wire::ShownSibling>& siblings) {
  std::vector<std::optional<Name>>& names = names_[key];
  for (const wire::ShownSibling& sibling : siblings) {
    const auto event = oracle_.event_of(key, sibling.value);
    if (!event) continue;
    if (*event >= names.size()) names.resize(*event + 1);
    std::optional<Name>& name = names[*event];
    if (name && name->dot == sibling.dot && name->clock == sibling.clock) continue;
    const std::pair value{key, *event};
    const bool alone = named_.emplace(sibling.dot, value).first->second == value;
    if (name || !alone)
      oracle_.wrong("two names", node + " shows " + key + ": " + sibling.value + " under " + to_string(sibling.dot));
    if (!name) name = Name{sibling.dot, sibling.clock};
  }
}

void CausalLoad::judge_read(Operation& operation, wire::ReadReply&& reply) {
  judge_names(operation.node, operation.key, reply.siblings);
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
  judge_names(operation.node, operation.key, reply.siblings);
  if (operation.kind == Kind::put) judge_clock(operation, reply.clock);
  oracle_.erased(operation.node, operation.key, operation.replaced);
  oracle_.acknowledged(operation.key, *operation.event, reply.got);
  operation.context = std::move(reply.context);
}

void CausalLoad::judge_clock(const Operation& operation, const EntryClock& clock) {
  const std::vector<std::optional<Name>>& names = names_[operation.key];
  for (const std::string& replaced : operation.replaced) {
    const auto older = oracle_.event_of(operation.key, replaced);
    if (!older || *older >= names.size() || !names[*older]) continue;
    if (names[*older]->clock.compare(clock) != Relation::before) {
      oracle_.wrong("clock", operation.node + " shows " + operation.key + ": " + operation.value +
                                 " with a clock that is not above that of " + replaced + ", which it replaced");
    }
  }
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
  next(operation.client);
}

void CausalLoad::follow_session(Operation& operation) {
  SessionView& view = clients_[operation.client].view;
  if (operation.kind == Kind::read) {
    oracle_.read_in_session(operation.node, view, operation.key, operation.values);
  } else {
    oracle_.wrote_in_session(view, operation.key, *operation.event);
  }
}

// ------------------------------------------------------------------------------------------------ the end

Reply CausalLoad::ask_and_wait(const NodeId& node, wire::Kind kind, const std::string& body) {
  awaits_ = cluster_->new_call();
  awaited_.reset();
  cluster_->ask(node, {{awaits_, kind, body}}, options_.timeout_ms);
  const Micros longest = cluster_->agenda().now() + longest_last_answer_us;
  while (!awaited_ && cluster_->agenda().now() < longest && cluster_->agenda().run_next()) {
  }
  if (!awaited_) {
    oracle_.wrong("no answer", node + " does not answer although all is well");
    return {awaits_, wire::Kind::failure, wire::encode(Failure{Status::timeout, Applied::no, "no answer", node, 0, 0})};
  }
  return *awaited_;
}

void CausalLoad::judge_the_end() {
  for (const NodeId& node : cluster_->config().ids()) {
    if (cluster_->gone(node)) continue;
    std::map<std::string, std::size_t> counts;
    for (const std::string& key : oracle_.keys()) {
      const Micros start = cluster_->agenda().now();
      const Reply reply = ask_and_wait(node, wire::Kind::read, wire::encode(wire::Read{bucket, key, {}}));
      if (reply.kind != wire::Kind::read_reply) {
        oracle_.wrong("no answer", node + " cannot be read in the end: " + decoded<Failure>(reply).message);
        return;
      }
      const std::vector<std::string> values = values_of(decoded<wire::ReadReply>(reply).siblings);
      oracle_.in_the_end(node, key, values);
      if (!values.empty()) {
        counts[key] = values.size();
      } else {
        empty_.insert(key);
      }
      last_reads_.push_back("{\"id\":\"final-" + node + '-' + key + "\",\"op\":\"final\",\"key\":" + quoted(key) +
                            ",\"values\":" + list(values) + ",\"context\":null,\"node\":" + quoted(node) +
                            ",\"start_ns\":" + std::to_string(start * 1000) +
                            ",\"end_ns\":" + std::to_string(cluster_->agenda().now() * 1000) + ",\"outcome\":\"ok\"}");
    }
    judge_lists(node, counts);
  }
}

void CausalLoad::read_again() {
  for (const std::string& key : oracle_.keys()) {
    const std::vector<NodeId> nodes = cluster_->config().ids();
    const NodeId& node = nodes[rng_.below(nodes.size())];
    if (cluster_->gone(node)) continue;
    const wire::Read most{bucket, key, {wire::Quorum::majority, 0}};
    const Reply reply = ask_and_wait(node, wire::Kind::read, wire::encode(most));
    if (reply.kind != wire::Kind::read_reply) {
      return oracle_.wrong("no answer", node + " cannot read at a majority: " + decoded<Failure>(reply).message);
    }
    oracle_.shows(node, key, values_of(decoded<wire::ReadReply>(reply).siblings));
  }
  read_in_each_session();
}

// Whatever was lost on the way, no session waits for ever. What it saw on disks that were lost holds it up until all
// members have settled the processes that wrote there: as long as forgetting may take, the session asks again.
void CausalLoad::read_in_each_session() {
  const std::vector<NodeId> nodes = cluster_->config().ids();
  const Micros settled = cluster_->agenda().now() + Micros{1000} * options_.gossip_ms * rounds_to_forget;
  for (Client& client : clients_) {
    const NodeId& node = nodes[rng_.below(nodes.size())];
    if (!client.keeps_session || client.view.keys.empty() || cluster_->gone(node)) continue;
    const std::string& key = client.view.keys.begin()->first;
    const wire::InSession request = wire::in_session(wire::Read{bucket, key, {}}, client.seen);
    Reply reply = ask_and_wait(node, wire::InSession::kind, wire::encode(request));
    while (is_behind(reply) && cluster_->agenda().now() < settled) {
      reply = ask_and_wait(node, wire::InSession::kind, wire::encode(request));
    }
    if (reply.kind == wire::Kind::failure) {
      return oracle_.wrong("no answer", node + " cannot serve a session: " + decoded<Failure>(reply).message);
    }
    const std::vector<std::string> values = values_of(decoded<wire::ReadReply>(unwrapped(reply)).siblings);
    oracle_.read_in_session(node, client.view, key, values);
  }
}

// `keys` and `conflicts` are indexes beside the entries: they must say the same.
void CausalLoad::judge_lists(const NodeId& node, const std::map<std::string, std::size_t>& values_of) {
  const Reply keys = ask_and_wait(node, wire::Kind::keys, wire::encode(wire::Keys{bucket, "", "", 10'000}));
  const Reply rows = ask_and_wait(node, wire::Kind::conflicts, wire::encode(wire::Conflicts{bucket, "", "", 10'000}));
  if (keys.kind != wire::Kind::keys_reply || rows.kind != wire::Kind::conflicts_reply) {
    return oracle_.wrong("no answer", node + " does not list its keys or conflicts");
  }
  std::vector<std::string> there;
  std::map<std::string, std::size_t> in_conflict, listed;
  for (const auto& [key, count] : values_of) {
    there.push_back(key);
    if (count > 1) in_conflict.emplace(key, count);
  }
  for (const wire::ConflictRow& row : decoded<wire::ConflictsReply>(rows).rows) listed.emplace(row.key, row.siblings);
  if (decoded<wire::KeysReply>(keys).keys != there) oracle_.wrong("index", "the keys that " + node + " lists");
  if (listed != in_conflict) oracle_.wrong("index", "the conflicts that " + node + " lists");
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
      line += ",\"values\":" + list(operation.values) + ",\"context\":null";
    } else {
      line += ",\"value\":" + (operation.kind == Kind::put ? quoted(operation.value) : "null") + ",\"context\":";
      switch (operation.seen) {
        case wire::Seen::context: line += quoted(operation.token_operation); break;
        case wire::Seen::nothing: line += "null"; break;
        default: line += "\"implied\"";
      }
      // What was replaced is only known to who was answered.
      if (operation.end) line += ",\"replaced\":" + list(operation.replaced);
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
