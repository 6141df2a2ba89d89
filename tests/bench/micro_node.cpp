// Micro-benchmarks of a whole node without sockets: the replica host with its protocols over LevelDB, as kin-node has
// them, 256 calls a turn. What the runtime and the transport cost besides is not in it, nor is any sync.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "common/wire/replies.hpp"
#include "common/wire/requests.hpp"
#include "node/runtime/replica_host.hpp"
#include "tests/bench/micro.hpp"

namespace {

using benchmark::State;
using kin::micro::key_of;
using kin::micro::wrong;

constexpr std::uint64_t calls_a_turn = 256;
constexpr std::uint64_t keys = 10'000;
constexpr std::uint64_t turns_a_tick = 20;

// Nodes that hear each other at once.
class Nodes {
 public:
  explicit Nodes(int count) {
    config_.trace = false;
    for (int i = 1; i <= count; ++i) config_.nodes.push_back({kin::NodeId("n" + std::to_string(i)), "127.0.0.1", 1});
    for (const kin::NodeConfig& node : config_.nodes) {
      One& one = *nodes_.emplace_back(std::make_unique<One>());
      if (one.folder.store() == nullptr) return;
      auto opened = kin::ReplicaHost::open(*one.folder.store(), config_, {node.id, {1'000'000'000, 1}},
                                           kin::protocols(), one.rng);
      if (!opened) return;
      one.host = std::move(*opened);
    }
    for (const auto& one : nodes_) one->host->step_all(kin::Started{now_ms_});
    well_ = settle();
  }

  bool well() const { return well_; }

  void call(kin::wire::Kind kind, std::string_view body) {
    first().step(0, kin::ClientCall{++calls_, kind, body, "bench@host:1", now_ms_ + 2000, now_ms_ * 1000});
  }
  // How many replies of that kind have come since the last time.
  std::uint64_t replies(kin::wire::Kind kind) {
    if (!settle()) return 0;
    std::uint64_t out = 0;
    for (const kin::Reply& reply : std::exchange(replies_, {})) out += reply.kind == kind ? 1 : 0;
    if (++turns_ % turns_a_tick == 0) {
      now_ms_ += 200;
      for (const auto& one : nodes_) one->host->step_all(kin::Tick{now_ms_, now_ms_ * 1000});
      if (!settle()) return 0;
    }
    return out;
  }

 private:
  struct One {
    kin::micro::StoreFolder folder;
    kin::Rng rng{1};
    std::unique_ptr<kin::ReplicaHost> host;
  };

  kin::ReplicaHost& first() { return *nodes_.front()->host; }

  // Turns until nobody has anything to say.
  bool settle() {
    for (bool said = true; said;) {
      said = false;
      for (const auto& one : nodes_) {
        auto effects = one->host->end_turn([](const auto&) {});
        if (!effects) return false;
        (void)one->host->take_notes();
        for (kin::Reply& reply : effects->replies) replies_.push_back(std::move(reply));
        for (const kin::TierSend& send : effects->sends) {
          said = true;
          const kin::Actor& self = one->host->self();
          named(send.send.to).step(send.tier, kin::PeerMessage{self.node, self.life, *send.send.body, now_ms_ * 1000});
        }
      }
    }
    return true;
  }

  kin::ReplicaHost& named(const kin::NodeId& id) {
    for (const auto& one : nodes_) {
      if (one->host->self().node == id) return *one->host;
    }
    return first();
  }

  kin::ClusterConfig config_;
  std::vector<std::unique_ptr<One>> nodes_;
  bool well_ = false;
  std::uint64_t now_ms_ = 1'000'000;
  std::uint64_t calls_ = 0;
  std::uint64_t turns_ = 0;
  std::vector<kin::Reply> replies_;
};

void put(Nodes& nodes, std::uint64_t number) {
  kin::wire::AddUpdate request{"default", key_of(number % keys), std::string(100, 'v'), kin::wire::Seen::overwrite};
  request.operation = "bench-0123abcd.1:" + std::to_string(number);
  nodes.call(kin::wire::Kind::add_update, kin::wire::encode(request));
}

// All keys written over and over by one client, as `kin bench put` does; all nodes' work, an item a write.
void node_put(State& state) {
  Nodes nodes(static_cast<int>(state.range(0)));
  if (!nodes.well()) return wrong(state, "no nodes");
  std::uint64_t next = 0;
  const auto turn = [&] {
    for (std::uint64_t i = 0; i < calls_a_turn; ++i) put(nodes, next++ * 7919);
    return nodes.replies(kin::wire::Kind::write_reply) == calls_a_turn;
  };
  while (next < 2 * keys) turn();
  for (auto _ : state) {
    if (!turn()) return wrong(state, "a write was not answered");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(calls_a_turn * state.iterations()));
}
BENCHMARK(node_put)->Arg(1)->Arg(5);

void node_get(State& state) {
  Nodes nodes(1);
  if (!nodes.well()) return wrong(state, "no nodes");
  for (std::uint64_t next = 0; next < keys;) {
    for (std::uint64_t i = 0; i < calls_a_turn; ++i) put(nodes, next++);
    if (nodes.replies(kin::wire::Kind::write_reply) != calls_a_turn) return wrong(state, "a write was not answered");
  }
  std::uint64_t next = 0;
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < calls_a_turn; ++i) {
      const kin::wire::Read request{"default", key_of(next++ * 7919 % keys), {}};
      nodes.call(kin::wire::Kind::read, kin::wire::encode(request));
    }
    if (nodes.replies(kin::wire::Kind::read_reply) != calls_a_turn) return wrong(state, "a read was not answered");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(calls_a_turn * state.iterations()));
}
BENCHMARK(node_get);

}  // namespace
