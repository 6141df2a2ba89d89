// What must hold when the clients of the causal tier have ended, the faults are over and all nodes have the same.
#include <map>

#include "common/wire/sessions.hpp"
#include "driver/sim/causal_load.hpp"
#include "driver/sim/replies.hpp"
#include "driver/sim/run.hpp"

namespace kin::sim {
namespace {

constexpr Micros longest_last_answer_us = 60'000'000;

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

}  // namespace

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
                            ",\"values\":" + quoted_list(values) + ",\"context\":null,\"node\":" + quoted(node) +
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

}  // namespace kin::sim
