#include "tests/protocol_cluster.hpp"

#include "common/assert.hpp"

namespace kin {

ProtocolCluster::ProtocolCluster(int nodes, std::string_view tier, std::uint64_t seed,
                                 const std::function<void(ClusterConfig&)>& prepare)
    : entry_(find_protocol(tier)), seed_(seed) {
  KIN_REQUIRE(entry_ != nullptr, std::string(tier));
  config_.buckets[0].tier = tier;
  for (int i = 1; i <= nodes; ++i) {
    config_.nodes.push_back({NodeId("n" + std::to_string(i)), "127.0.0.1", static_cast<std::uint16_t>(7000 + i)});
  }
  if (prepare) prepare(config_);
  for (const NodeConfig& node : config_.nodes) {
    nodes_[node.id];
    restart(node.id);
  }
}

void ProtocolCluster::restart(const NodeId& id) {
  Node& node = nodes_.at(id);
  node.life = {++born_, ++ordinals_[id]};
  node.stopped.clear();
  node.jobs.clear();
  node.overlay = std::make_unique<Overlay>(node.disk, std::string(entry_->prefix));
  node.rng = std::make_unique<Rng>(seed_ * 1000 + born_);
  node.protocol = entry_->make(Environment{id, node.life, config_, *node.overlay, *node.rng});
  turn(id, Started{now_ms_});
}

void ProtocolCluster::kill(const NodeId& id) { nodes_.at(id).protocol.reset(); }

void ProtocolCluster::lose_disk(const NodeId& id) {
  kill(id);
  nodes_.at(id).disk = MemoryStore{};
}

void ProtocolCluster::restore(const NodeId& id, MemoryStore disk) {
  kill(id);
  nodes_.at(id).disk = std::move(disk);
  restart(id);
}

void ProtocolCluster::remove_member(const NodeId& at, const NodeId& member) { turn(at, RemoveMember{member}); }

std::vector<std::string> ProtocolCluster::turn(const NodeId& id, const Input& input) {
  Node& node = nodes_.at(id);
  if (!node.protocol) return {};
  Outputs out(*node.overlay);
  node.protocol->step(input, out);
  node.protocol->finish_turn(out);
  const WriteBatch batch = node.overlay->take();
  if (!batch.empty()) ++node.commits;
  KIN_REQUIRE(node.disk.commit(batch), "a memory store failed");
  for (Send& send : out.sends) {
    sent_.emplace(send.what, send.early);
    network_.push_back({id, node.life, send.to, send.what, std::move(send.body)});
  }
  for (Job& job : out.jobs) node.jobs.push_back(std::move(job));
  for (const JobId job_id : out.cancelled) {
    node.cancelled += std::erase_if(node.jobs, [&](const Job& job) { return job.id == job_id; });
  }
  node.warnings.insert(node.warnings.end(), out.warnings.begin(), out.warnings.end());
  node.traced.insert(node.traced.end(), out.trace.begin(), out.trace.end());
  for (Reply& reply : out.replies) answers_[reply.to] = {reply.kind, std::move(reply.body)};
  if (out.stop) {
    node.stopped = *out.stop;
    node.protocol.reset();
  }
  return out.malformed;
}

void ProtocolCluster::run_jobs(const NodeId& node) {
  class NobodyWatches : public JobWatch {
   public:
    bool cancelled() const override { return false; }
    void progress(std::uint64_t, std::uint64_t) override {}
  };
  NobodyWatches nobody;
  for (const Job& job : std::exchange(nodes_.at(node).jobs, {})) {
    const std::string result = job.run(nobody);
    turn(node, JobDone{job.id, result});
  }
}

void ProtocolCluster::progress(const NodeId& node, std::uint64_t done, std::uint64_t total) {
  turn(node, JobProgress{nodes_.at(node).jobs.front().id, done, total});
}

std::vector<std::string> ProtocolCluster::inject(const NodeId& to, const NodeId& from, const std::string& body,
                                                 std::optional<Incarnation> life) {
  return turn(to, PeerMessage{from, life.value_or(nodes_.at(from).life), body, now_ms_ * 1000});
}

std::multimap<std::string, std::string> ProtocolCluster::under_way_to(const NodeId& to) const {
  std::multimap<std::string, std::string> out;
  for (const Travelling& message : network_) {
    if (message.to == to) out.emplace(message.what, *message.body);
  }
  return out;
}

void ProtocolCluster::isolate(const NodeId& node) {
  for (const NodeId& other : ids()) {
    if (other == node) continue;
    cut(node, other);
    cut(other, node);
  }
}

void ProtocolCluster::deliver_all() {
  while (!network_.empty()) {
    const Travelling message = std::move(network_.front());
    network_.pop_front();
    deliver(message);
  }
}

std::optional<ProtocolCluster::Travelling> ProtocolCluster::take(const std::string& what, const NodeId& from,
                                                                 const NodeId& to) {
  for (auto it = network_.begin(); it != network_.end(); ++it) {
    if (it->what != what || it->from != from || it->to != to) continue;
    Travelling message = std::move(*it);
    network_.erase(it);
    return message;
  }
  return std::nullopt;
}

void ProtocolCluster::deliver(const Travelling& message) {
  if (cuts_.contains({message.from, message.to}) || !nodes_.at(message.to).protocol) return;
  Traffic& traffic = nodes_.at(message.to).received[message.what];
  ++traffic.messages;
  traffic.bytes += message.body->size();
  const auto malformed = turn(message.to, PeerMessage{message.from, message.life, *message.body, now_ms_ * 1000});
  KIN_REQUIRE(malformed.empty(), "a message of our own: " + malformed.front());
}

void ProtocolCluster::tick(std::uint64_t ms) {
  now_ms_ += ms;
  for (const NodeId& id : ids()) turn(id, Tick{now_ms_, now_ms_ * 1000});
}

void ProtocolCluster::round() {
  tick(config_.gossip_interval_ms);
  deliver_all();
  for (const auto& [id, node] : nodes_) {
    if (node.protocol) node.protocol->check_invariants();
  }
}

void ProtocolCluster::pass(std::uint64_t ms) {
  for (std::uint64_t passed = 0; passed < ms; passed += config_.gossip_interval_ms) round();
}

bool ProtocolCluster::converged() const {
  std::string digest;
  for (const auto& [id, node] : nodes_) {
    if (!node.protocol) continue;
    const wire::TierReport report = node.protocol->report(now_ms_);
    if (!digest.empty() && report.digest != digest) return false;
    digest = report.digest;
  }
  return true;
}

int ProtocolCluster::settle(int most) {
  deliver_all();
  int rounds = 0;
  const auto forgotten = [&] {
    for (const auto& [id, node] : nodes_) {
      if (node.protocol && node.protocol->report(now_ms_).held_back != 0) return false;
    }
    return true;
  };
  while (rounds < most && !(converged() && forgotten())) {
    round();
    ++rounds;
  }
  return rounds;
}

CallId ProtocolCluster::ask_bytes(const NodeId& node, wire::Kind kind, const std::string& body,
                                  std::uint64_t timeout_ms) {
  const CallId call = next_call_++;
  turn(node, ClientCall{call, kind, body, "tester", now_ms_ + timeout_ms, now_ms_ * 1000});
  return call;
}

const ProtocolCluster::Answer* ProtocolCluster::answer(CallId call) const {
  auto found = answers_.find(call);
  return found == answers_.end() ? nullptr : &found->second;
}

wire::WriteReply ProtocolCluster::put(const NodeId& node, const std::string& key, const std::string& value,
                                      const std::string& context) {
  wire::AddUpdate request{"default", key, value};
  request.want_replaced = true;
  if (!context.empty()) {
    request.seen = wire::Seen::context;
    request.context = context;
  }
  const Answer* reply = answer(ask(node, request));
  KIN_REQUIRE(reply && reply->kind == wire::Kind::write_reply, reply ? reply->failure().message : "no reply");
  return reply->as<wire::WriteReply>();
}

wire::ReadReply ProtocolCluster::get(const NodeId& node, const std::string& key) {
  const Answer* reply = answer(ask(node, wire::Read{"default", key, {}}));
  KIN_REQUIRE(reply && reply->kind == wire::Kind::read_reply, reply ? reply->failure().message : "no reply");
  return reply->as<wire::ReadReply>();
}

ProtocolCluster::Answer ProtocolCluster::erase(const NodeId& node, const std::string& key) {
  wire::Remove request;
  request.bucket = "default";
  request.key = key;
  const Answer* reply = answer(ask(node, request));
  KIN_REQUIRE(reply != nullptr, "no reply");
  return *reply;
}

std::vector<std::string> ProtocolCluster::values(const NodeId& node, const std::string& key) {
  std::vector<std::string> out;
  for (const auto& sibling : get(node, key).siblings) out.push_back(sibling.value);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace kin
