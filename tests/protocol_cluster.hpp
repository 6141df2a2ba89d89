// A cluster of protocol objects in one process and in virtual time, obeying the contract of protocol.hpp: for tests
// that call the protocols directly. No sockets, no files, no threads.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/wire/replies.hpp"
#include "common/wire/requests.hpp"
#include "node/protocols/registry.hpp"
#include "node/storage/memory_store.hpp"

namespace kin {

class ProtocolCluster {
 public:
  // Nodes n1..nN of one tier, up and settled in no way. `prepare` may change the configuration before they start.
  explicit ProtocolCluster(int nodes, std::string_view tier = "causal", std::uint64_t seed = 1,
                           const std::function<void(ClusterConfig&)>& prepare = {});

  ClusterConfig& config() { return config_; }

  // ---- clients. The reply that is there once the turn is over; messages stay in the network.
  struct Answer {
    wire::Kind kind{};
    std::string body;
    template <class T>
    T as() const {
      auto value = wire::decode<T>(body);
      return value ? *value : T{};
    }
    Failure failure() const { return as<Failure>(); }
  };
  // Asks and returns the call; answer() gives its reply once there is one.
  template <class Request>
  CallId ask(const NodeId& node, const Request& request, std::uint64_t timeout_ms = 2000) {
    return ask_bytes(node, Request::kind, wire::encode(request), timeout_ms);
  }
  CallId ask_bytes(const NodeId& node, wire::Kind kind, const std::string& body, std::uint64_t timeout_ms = 2000);
  const Answer* answer(CallId call) const;

  // Shorthands for the default bucket that ask, deliver what is needed, and return the reply.
  wire::WriteReply put(const NodeId& node, const std::string& key, const std::string& value,
                       const std::string& context = "");
  wire::ReadReply get(const NodeId& node, const std::string& key);
  Answer erase(const NodeId& node, const std::string& key);
  std::vector<std::string> values(const NodeId& node, const std::string& key);

  // ---- jobs, which wait until they are run
  std::size_t jobs(const NodeId& node) const { return nodes_.at(node).jobs.size(); }
  std::size_t cancelled(const NodeId& node) const { return nodes_.at(node).cancelled; }
  void run_jobs(const NodeId& node);  // those that were begun so far and not cancelled
  void progress(const NodeId& node, std::uint64_t done, std::uint64_t total);  // of its oldest job

  // ---- the network
  struct Travelling {
    NodeId from;
    Incarnation life;
    NodeId to;
    std::string what;
    std::shared_ptr<const std::string> body;
  };
  void deliver_all();  // until nothing is under way
  // Takes the oldest message of this name off the way; nothing when there is none.
  std::optional<Travelling> take(const std::string& what, const NodeId& from, const NodeId& to);
  // Delivers it, unless its way is cut or its receiver down. What was taken may be delivered late, and more than once.
  void deliver(const Travelling& message);
  void drop_all() { network_.clear(); }
  // What all nodes have sent so far, and whether it might leave before it was durable.
  const std::set<std::pair<std::string, bool>>& sent() const { return sent_; }
  std::size_t under_way() const { return network_.size(); }
  void cut(const NodeId& from, const NodeId& to) { cuts_.insert({from, to}); }
  void isolate(const NodeId& node);
  void heal() { cuts_.clear(); }
  // All messages that were delivered to a node, by what they are, in bytes and in number.
  struct Traffic {
    std::size_t messages = 0, bytes = 0;
  };
  std::map<std::string, Traffic>& received(const NodeId& node) { return nodes_.at(node).received; }

  // ---- time: one gossip interval for every node, and everything that follows from it
  void round();
  void tick(std::uint64_t ms);                             // later; what the nodes say to it stays in the network
  void pass(std::uint64_t ms);                             // so many of them that this is over
  void between_ticks(std::uint64_t ms) { now_ms_ += ms; }  // time that no node is told of by a tick
  std::uint64_t wall_us() const { return now_ms_ * 1000; }
  // Rounds until all nodes that are up have the same digest and forgot what they can; the number of rounds.
  int settle(int most = 60);
  bool converged() const;

  // ---- faults
  void kill(const NodeId& node);  // what was not committed is gone, which is nothing between turns
  void restart(const NodeId& node);
  void lose_disk(const NodeId& node);  // the next restart finds nothing
  MemoryStore backup(const NodeId& node) const { return nodes_.at(node).disk; }
  void restore(const NodeId& node, MemoryStore disk);
  void remove_member(const NodeId& at, const NodeId& member);
  // A message as if from a peer, of the peer's present process or of an earlier one; what was wrong with it, as the
  // node reported it.
  std::vector<std::string> inject(const NodeId& to, const NodeId& from, const std::string& body,
                                  std::optional<Incarnation> life = {});
  // The messages to a node that are under way, by what they are.
  std::multimap<std::string, std::string> under_way_to(const NodeId& to) const;

  // ---- looking
  bool up(const NodeId& node) const { return nodes_.at(node).protocol != nullptr; }
  const std::vector<std::string>& warnings(const NodeId& node) const { return nodes_.at(node).warnings; }
  const std::vector<TraceEvent>& traced(const NodeId& node) const { return nodes_.at(node).traced; }
  const std::string& stopped(const NodeId& node) const { return nodes_.at(node).stopped; }
  const MemoryStore& disk(const NodeId& node) const { return nodes_.at(node).disk; }
  std::size_t commits(const NodeId& node) const { return nodes_.at(node).commits; }  // of something
  wire::TierReport report(const NodeId& node) const { return nodes_.at(node).protocol->report(now_ms_); }
  const Protocol& protocol(const NodeId& node) const { return *nodes_.at(node).protocol; }
  Incarnation life(const NodeId& node) const { return nodes_.at(node).life; }
  std::vector<NodeId> ids() const { return config_.ids(); }

 private:
  struct Node {
    MemoryStore disk;
    std::unique_ptr<Overlay> overlay;
    std::unique_ptr<Rng> rng;
    std::unique_ptr<Protocol> protocol;  // empty while the node is down
    Incarnation life;
    std::string stopped;
    std::size_t commits = 0;
    std::map<std::string, Traffic> received;
    std::vector<Job> jobs;
    std::size_t cancelled = 0;
    std::vector<std::string> warnings;
    std::vector<TraceEvent> traced;
  };

  std::vector<std::string> turn(const NodeId& id, const Input& input);

  ClusterConfig config_;
  const ProtocolEntry* entry_;
  std::map<NodeId, Node> nodes_;
  std::deque<Travelling> network_;
  std::set<std::pair<NodeId, NodeId>> cuts_;
  std::set<std::pair<std::string, bool>> sent_;
  std::map<CallId, Answer> answers_;
  CallId next_call_ = 1;
  std::uint64_t now_ms_ = 1000;
  std::uint64_t born_ = 0;
  std::map<NodeId, std::uint32_t> ordinals_;
  std::uint64_t seed_;
};

}  // namespace kin
