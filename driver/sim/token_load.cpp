#include "driver/sim/token_load.hpp"

#include <algorithm>
#include <utility>

#include "common/assert.hpp"
#include "driver/check/linearizable_check.hpp"
#include "driver/sim/nemesis.hpp"
#include "driver/sim/replies.hpp"
#include "node/protocols/atomic/token_scan.hpp"

namespace kin::sim {
namespace {

constexpr Micros longest_last_answer_us = 60'000'000;
constexpr Micros silence_us = 3'000'000;         // that a node which is to be silent is listened to
constexpr Micros to_fall_silent_us = 1'000'000;  // at most, where nothing else goes wrong
constexpr Micros look_again_us = 100'000;
const std::string nothing(check::never_written);
const std::string created = "\"created\"";

class NobodyWatches : public JobWatch {
 public:
  bool cancelled() const override { return false; }
  void progress(std::uint64_t, std::uint64_t) override {}
};

}  // namespace

std::unique_ptr<Load> make_token_load(const Options& options) { return std::make_unique<TokenLoad>(options); }

void add_tokens(const Options& options, ClusterConfig& config) {
  Rng rng(options.seed ^ 0x70CE);
  const NodeId forgetful = forgetful_node(options);
  for (std::uint32_t i = 0; i < options.keys; ++i) {
    std::vector<NodeId> nodes = config.ids();
    rng.shuffle(nodes);
    TokenScheme scheme;
    scheme.id = std::to_string(1000 + i);
    scheme.writer = nodes.front();
    // Mostly all nodes, where quorums differ most.
    const std::size_t readers = rng.chance(0.5) ? nodes.size() : 1 + rng.below(nodes.size());
    if (rng.chance(0.5)) std::rotate(nodes.begin(), nodes.begin() + 1, nodes.end());
    scheme.readers.assign(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(readers));
    scheme.all = rng.chance(0.1);
    // Who holds a token alone must not lose its disk.
    if (scheme.holders() == std::vector<NodeId>{forgetful})
      scheme.readers.push_back(config.ids().front() == forgetful ? config.ids().back() : config.ids().front());
    config.tokens.push_back(std::move(scheme));
  }
}

TokenLoad::TokenLoad(const Options& options) : options_(options), rng_(options.seed ^ 0x10AD) {}

void TokenLoad::start(SimCluster& cluster) {
  cluster_ = &cluster;
  for (std::size_t i = 0; i < options_.clients; ++i) next(i);
  draw_silences();
}

// A minority of a token's holders falls silent in some runs; not where disks are lost: both may be more than a
// minority.
void TokenLoad::draw_silences() {
  Rng rng(options_.seed ^ 0x51);
  if (options_.may(Fault::lose_disk) || !rng.chance(0.25)) return;
  for (const TokenScheme& scheme : cluster_->config().tokens) {
    std::vector<NodeId> holders = scheme.holders();
    if (scheme.all || holders.size() < 3 || rng.chance(0.5)) continue;
    rng.shuffle(holders);
    holders.resize(1 + rng.below((holders.size() - 1) / 2));
    for (const NodeId& holder : holders) silent_.emplace(std::pair(holder, scheme.id), 0);
  }
  if (!silent_.empty()) silence_when_all_began();
}

bool TokenLoad::all_began() {
  const std::vector<NodeId> nodes = cluster_->config().ids();
  return std::all_of(nodes.begin(), nodes.end(), [&](const NodeId& node) {
    if (!cluster_->up(node) || cluster_->disk(node).read_will_fail()) return false;
    for (const wire::TierReport& report : cluster_->reports(node)) {
      for (const auto& [what, number] : report.counters) {
        if (what == "not-up-to-date" && number > 0) return false;
      }
    }
    return true;
  });
}

// A scheme begins when all its holders were there once: who falls silent before that is missed for ever.
void TokenLoad::silence_when_all_began() {
  if (asked_ < options_.operations / 4 || !all_began()) {
    if (asked_ < options_.operations) cluster_->agenda().after(look_again_us, [this] { silence_when_all_began(); });
    return;
  }
  for (auto& [pair, call] : silent_) {
    call = cluster_->new_call();
    const std::string body = wire::encode(wire::TokenSilence{pair.second, rng_.below(100)});
    cluster_->ask(pair.first, {{call, wire::Kind::token_silence, body}}, options_.timeout_ms);
  }
}

// ------------------------------------------------------------------------------------------------ asking

void TokenLoad::next(std::size_t client) {
  cluster_->agenda().after(rng_.below(options_.think_us + 1), [this, client] {
    if (asked_ < options_.operations) ask(client);
  });
}

TokenLoad::Operation TokenLoad::drawn(std::size_t client) {
  const std::vector<TokenScheme>& tokens = cluster_->config().tokens;
  const TokenScheme& token = tokens[rng_.below(tokens.size())];
  Operation out;
  out.client = "c" + std::to_string(client);
  out.token = token.id;
  out.start = cluster_->agenda().now();
  out.node = token.writer;
  if (rng_.below(100) < options_.reads) {
    out.kind = wire::Kind::token_read;
    out.node = token.readers[rng_.below(token.readers.size())];
  } else if (rng_.below(100) < options_.deletes) {
    out.kind = wire::Kind::token_drop;
  } else if (rng_.below(100) < std::max<std::uint32_t>(options_.deletes, 10)) {
    out.kind = wire::Kind::token_create;
    out.if_absent = asked_ % 2 == 0;
  } else {
    out.kind = wire::Kind::token_write;
    out.name = "v" + std::to_string(asked_);
  }
  return out;
}

// Of the number that makes the name: small domains of all shapes.
wire::TokenWrite TokenLoad::write_of(const Operation& operation) const {
  const std::uint64_t number = std::stoull(operation.name.substr(1));
  const std::uint64_t low = number % 7, mid = low + number % 5, high = mid + 1 + number % 11;
  return {operation.token, operation.name, low, mid, high, false};
}

std::string TokenLoad::request_of(const Operation& operation) const {
  switch (operation.kind) {
    case wire::Kind::token_create: return wire::encode(wire::TokenCreate{operation.token, operation.if_absent});
    case wire::Kind::token_drop: return wire::encode(wire::TokenDrop{operation.token});
    case wire::Kind::token_read: return wire::encode(wire::TokenRead{operation.token});
    default: return wire::encode(write_of(operation));
  }
}

void TokenLoad::ask(std::size_t client) {
  ++asked_;
  ++open_;
  Operation operation = drawn(client);
  const CallId call = cluster_->new_call();
  if (operation.kind == wire::Kind::token_write) writes_[operation.name] = write_of(operation);
  cluster_->ask(operation.node, {{call, operation.kind, request_of(operation)}}, options_.timeout_ms);
  open_operations_.emplace(call, std::move(operation));
  // A little longer than the node tries, to hear that it gave up, and whether something may have happened.
  cluster_->agenda().after(Micros{options_.timeout_ms} * 1300, [this, call, client] {
    close(call, nullptr);
    next(client);
  });
}

void TokenLoad::reply_arrived(const Reply& reply) {
  if (reply.to == awaits_) {
    awaited_ = reply;
    return;
  }
  for (const auto& [pair, call] : silent_) {
    if (call == reply.to) told_.insert(pair);
  }
  close(reply.to, &reply);
}

void TokenLoad::close(CallId call, const Reply* reply) {
  const auto found = open_operations_.extract(call);
  if (!found) return;
  --open_;
  judge(found.mapped(), reply);
}

// ------------------------------------------------------------------------------------------------ judging

void TokenLoad::add(const Operation& operation, check::RegisterOp op, std::string value, check::Outcome outcome,
                    bool swapped) {
  check::RegisterOperation line;
  line.line = history_.operations.size() + 1;
  line.client = operation.client;
  line.plain_key = line.key = operation.token;
  line.op = op;
  line.value = std::move(value);
  if (op == check::RegisterOp::cas) line.expected = nothing;
  line.swapped = swapped;
  line.outcome = outcome;
  line.start_ns = static_cast<std::int64_t>(operation.start * 1000);
  if (outcome == check::Outcome::ok) line.end_ns = static_cast<std::int64_t>(cluster_->agenda().now() * 1000);
  history_.operations.push_back(std::move(line));
}

void TokenLoad::saw(const Operation& operation, const std::string& value) {
  add(operation, check::RegisterOp::read, value, check::Outcome::ok);
}

void TokenLoad::judge(const Operation& operation, const Reply* reply) {
  if (reply != nullptr && reply->kind == wire::Kind::token_reply) {
    ++answered_;
    return judge_reply(operation, decoded<wire::TokenReply>(*reply));
  }
  if (reply != nullptr && reply->kind != wire::Kind::failure) {
    return wrong("odd answer", operation.node + " answers with kind " + std::to_string(static_cast<int>(reply->kind)));
  }
  judge_failure(operation,
                reply != nullptr ? decoded<Failure>(*reply) : Failure{Status::timeout, Applied::unknown, {}, {}, 0, 0});
}

void TokenLoad::judge_reply(const Operation& operation, const wire::TokenReply& reply) {
  const std::string value = reply.value                                ? quoted(reply.value->name)
                            : operation.kind == wire::Kind::token_drop ? nothing
                                                                       : created;
  if (reply.value) {
    const auto write = writes_.find(reply.value->name);
    NobodyWatches nobody;
    if (write == writes_.end() || reply.value != atomic::scan(write->second.name, write->second.low, write->second.mid,
                                                              write->second.high, nobody)) {
      wrong("wrong value",
            operation.node + " shows for token " + operation.token + " what is not the value of " + reply.value->name);
    }
  }
  const std::string& named = stamped_.emplace(std::pair(operation.token, reply.stamp), value).first->second;
  if (named != value) {
    wrong("two names",
          operation.node + " shows " + value + " of token " + operation.token + " under the stamp of " + named);
  }
  switch (operation.kind) {
    case wire::Kind::token_read: return saw(operation, value);
    case wire::Kind::token_create:
      if (reply.created && (*reply.created || operation.if_absent)) {
        if (!*reply.created) return saw(operation, value);
        return add(operation, check::RegisterOp::cas, created, check::Outcome::ok, true);
      }
      return wrong("odd answer", operation.node + " does not tell whether it has created token " + operation.token);
    case wire::Kind::token_drop: return add(operation, check::RegisterOp::write, nothing, check::Outcome::ok);
    default: return add(operation, check::RegisterOp::write, quoted(operation.name), check::Outcome::ok);
  }
}

void TokenLoad::judge_failure(const Operation& operation, const Failure& failure) {
  using check::Outcome;
  using check::RegisterOp;
  const bool creates = operation.kind == wire::Kind::token_create;
  switch (failure.status) {
    // To refuse is to say what the register holds.
    case Status::not_found:
      ++answered_;
      if (creates) break;
      return saw(operation, nothing);
    case Status::already_exists:
      ++answered_;
      if (!creates || operation.if_absent) break;
      return add(operation, RegisterOp::cas, created, Outcome::ok, false);
    case Status::limit:
    case Status::timeout: {
      const Outcome outcome = failure.applied == Applied::no ? Outcome::fail : Outcome::unknown;
      switch (operation.kind) {
        case wire::Kind::token_read: return add(operation, RegisterOp::read, nothing, outcome);
        case wire::Kind::token_create: return add(operation, RegisterOp::cas, created, outcome);
        case wire::Kind::token_drop: return add(operation, RegisterOp::write, nothing, outcome);
        default: return add(operation, RegisterOp::write, quoted(operation.name), outcome);
      }
    }
    default: break;
  }
  wrong("odd answer", operation.node + " refuses: " + failure.message);
}

void TokenLoad::refused(const NodeId& node, const std::string& why) {
  wrong("stopped", node + " stopped by itself: " + why);
}

// ------------------------------------------------------------------------------------------------ the end

bool TokenLoad::is_silent(const NodeId& node, const std::string& token) const {
  const auto found = silent_.find({node, token});
  return found != silent_.end() && found->second != 0;
}

std::optional<Reply> TokenLoad::ask_and_wait(const NodeId& node, const std::string& token, Micros longest) {
  awaits_ = cluster_->new_call();
  awaited_.reset();
  cluster_->ask(node, {{awaits_, wire::Kind::token_read, wire::encode(wire::TokenRead{token})}}, longest / 1000);
  const Micros until = cluster_->agenda().now() + longest;
  while (!awaited_ && cluster_->agenda().now() < until && cluster_->agenda().run_next()) {
  }
  return std::exchange(awaited_, std::nullopt);
}

// False after a violation.
bool TokenLoad::last_read(const NodeId& node, const std::string& token) {
  Operation operation{"last", token, {}, wire::Kind::token_read, false, node, cluster_->agenda().now()};
  const auto reply = ask_and_wait(node, token, longest_last_answer_us);
  const bool tells =
      reply && (reply->kind == wire::Kind::token_reply ||
                (reply->kind == wire::Kind::failure && decoded<Failure>(*reply).status == Status::not_found));
  if (!tells) {
    const std::string why = reply && reply->kind == wire::Kind::failure ? ": " + decoded<Failure>(*reply).message : "";
    wrong("no answer", node + " does not tell about token " + token + " although all is well" + why);
    return false;
  }
  judge(operation, &*reply);
  return true;
}

void TokenLoad::judge_the_end() {
  if (!told_.empty()) cluster_->agenda().run_until(cluster_->agenda().now() + to_fall_silent_us);
  for (const auto& [node, token] : told_) {
    if (ask_and_wait(node, token, silence_us)) wrong("speaks", node + " answers about token " + token);
  }
  for (const TokenScheme& token : cluster_->config().tokens) {
    for (const NodeId& reader : token.readers) {
      if (is_silent(reader, token.id)) continue;
      if (!last_read(reader, token.id)) return;
    }
  }
  search_orders();
}

void TokenLoad::search_orders() {
  judged_ = history_.operations.size();
  const check::LinearizableVerdict verdict = check::check_linearizable(history_);
  for (const check::NotLinearizable& violation : verdict.violations) {
    wrong("not linearizable", "token " + violation.key + ": " + violation.story);
  }
  for (const std::string& sentence : verdict.not_judged) wrong("not judged", sentence);
}

// What is unknown to its client may come to be seen at any time, so two reads may differ although nobody writes.
void TokenLoad::read_again() {
  for (const TokenScheme& token : cluster_->config().tokens) {
    const NodeId& reader = token.readers[rng_.below(token.readers.size())];
    if (is_silent(reader, token.id)) continue;
    if (!last_read(reader, token.id)) return;
  }
  search_orders();
}

std::vector<std::string> TokenLoad::history() const {
  std::vector<std::string> out;
  for (const check::RegisterOperation& line : history_.operations) {
    const bool cas = line.op == check::RegisterOp::cas;
    out.push_back("{\"client\":" + quoted(line.client) + ",\"op\":" + quoted(std::string(name(line.op))) + ",\"key\":" +
                  quoted(line.key) + ",\"value\":" + (cas ? '[' + line.expected + ',' + line.value + ']' : line.value) +
                  (cas && line.outcome == check::Outcome::ok
                       ? std::string(",\"swapped\":") + (line.swapped ? "true" : "false")
                       : "") +
                  ",\"start_ns\":" + std::to_string(line.start_ns) +
                  ",\"end_ns\":" + (line.end_ns ? std::to_string(*line.end_ns) : "null") +
                  ",\"outcome\":" + quoted(std::string(name(line.outcome))) + '}');
  }
  return out;
}

}  // namespace kin::sim
