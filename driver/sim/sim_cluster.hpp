// A whole cluster in one process and in virtual time: the very objects that a node runs, under ReplicaHost's contract,
// over simulated disks, clocks and a simulated network. Everything that chance decides comes from one seed.
//
// A turn takes what has arrived, steps the protocols, commits, and lets its sends and replies leave when the disk has
// synced. A node that dies in between says nothing of that turn, and whether the turn is on its disk is drawn.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/config/cluster_config.hpp"
#include "driver/sim/sim_clock.hpp"
#include "driver/sim/sim_disk.hpp"
#include "driver/sim/sim_network.hpp"
#include "driver/sim/trace_hash.hpp"

namespace kin::sim {

// How fast a machine is.
struct Speed {
  Micros turn_us = 20;  // from the first message that is there to the commit
  Micros sync_min_us = 100;
  Micros sync_max_us = 1000;
  Micros client_min_us = 50;  // between a client and a node, one way
  Micros client_max_us = 500;
  Micros job_max_us = 20'000;  // from a job to its result, at most
};

// What a client asks; several that are asked together are stepped one behind the other in one turn.
struct Question {
  CallId call = 0;
  wire::Kind kind{};
  std::string body;
  std::string client = "sim";
};

// Told about all that happens. Questions and replies are named by the call.
class Watcher {
 public:
  virtual ~Watcher() = default;
  // A turn was stepped: these replies of its protocols will leave, in the order in which they were given, once it is
  // durable. What it sent early may arrive in any case.
  virtual void stepped(const NodeId& node, const std::vector<Reply>& replies) = 0;
  // The last turn that was stepped is on the disk, or is gone for ever.
  virtual void settled(const NodeId& node, bool durable) = 0;
  // A reply has reached the client that asked.
  virtual void reply_arrived(const Reply& reply) = 0;
  // What this node had made durable, or a part of it, is gone; or the node will never come back.
  virtual void forgot(const NodeId& node) = 0;
  // The process of this node says that it must not go on, and not because of its disk.
  virtual void refused(const NodeId& node, const std::string& why) = 0;
};

struct ClusterCounters {
  std::uint64_t turns = 0, commits = 0, steps = 0, invariant_checks = 0, starts = 0;
  std::uint64_t jobs = 0;             // begun
  std::uint64_t needless_copies = 0;  // questions for a full copy while every member has its first disk
  std::uint64_t bytes_to_peers = 0;   // bodies of messages, also of those that the network loses
};

class SimCluster {
 public:
  // Nodes and buckets as in `config`; all are started. The watcher outlives the cluster.
  SimCluster(ClusterConfig config, const Speed& speed, std::uint64_t seed, Watcher& watcher);
  ~SimCluster();

  Agenda& agenda() { return agenda_; }
  SimNetwork& network() { return network_; }
  const ClusterConfig& config() const { return config_; }

  // ---- clients
  CallId new_call() { return ++last_call_; }
  // Sends the questions to a node, which may be down or away: then nothing ever comes back.
  void ask(const NodeId& node, std::vector<Question> questions, std::uint64_t timeout_ms);
  // Whether clients reach the node.
  void keep_clients_away(const NodeId& node, bool away) { machine(node).clients_away = away; }

  // ---- processes and machines
  bool up(const NodeId& node) const { return machine(node).host != nullptr; }
  bool paused(const NodeId& node) const { return machine(node).paused; }
  bool gone(const NodeId& node) const { return machine(node).gone; }
  void kill(const NodeId& node);
  void cut_power(const NodeId& node);
  // Kills the node in the middle of its next commit, with or without the power.
  void kill_in_next_commit(const NodeId& node, bool power) { machine(node).dies_in_commit = power ? 2 : 1; }
  void start(const NodeId& node);
  void pause(const NodeId& node);
  void resume(const NodeId& node);
  void slow_disk(const NodeId& node, unsigned times) { machine(node).sync_times = times; }
  SimDisk& disk(const NodeId& node) { return machine(node).disk; }
  const SimDisk& disk(const NodeId& node) const { return machine(node).disk; }
  SimClock& clock(const NodeId& node) { return machine(node).clock; }
  // Of a node that is down.
  void lose_disk(const NodeId& node);
  void restore_disk(const NodeId& node, MemoryStore backup);
  // Between two turns.
  bool can_be_told(const NodeId& node) const { return up(node) && !machine(node).syncing && !machine(node).paused; }
  // An administrator says so at `at`, which can be told. `member` must never be started again.
  void remove_member(const NodeId& at, const NodeId& member);

  // ---- looking
  // Of all tiers of a node that is up.
  std::vector<wire::TierReport> reports(const NodeId& node);
  void check_invariants(const NodeId& node);
  const ClusterCounters& counters() const { return counters_; }
  std::uint64_t trace_hash() const { return hash_.value(); }
  // For people: a line for everything that happens.
  void tell(std::function<void(const std::string& line)> lines) { lines_ = std::move(lines); }
  // Every how many turns of a node its invariants are checked; 0: never.
  void check_every(std::uint64_t turns) { check_every_ = turns; }

 private:
  struct FromClient {
    std::vector<Question> questions;
    std::uint64_t timeout_ms = 0;
  };
  // A job's result, which depends on nothing but the job: it is there before it is heard of.
  struct Finished {
    TierIndex tier = 0;
    JobId id = 0;
    std::string result;
  };
  struct Machine {
    Machine(const NodeId& node, std::uint64_t seed, Micros booted_us, std::uint64_t wall_us)
        : id(node), rng(seed), clock(booted_us, wall_us) {}

    NodeId id;
    Rng rng;  // of the machine, for its processes' seeds and its disk
    SimDisk disk;
    SimClock clock;
    std::uint32_t last_ordinal = 0;  // as the trace file knows it

    // the process; all of this ends with it
    std::uint64_t process = 0;  // counts them
    std::unique_ptr<Rng> process_rng;
    std::unique_ptr<ReplicaHost> host;
    std::deque<std::variant<std::shared_ptr<const Packet>, FromClient, Finished>> inbox;
    std::set<std::pair<TierIndex, JobId>> jobs;  // whose results are wanted
    bool tick_due = false;
    bool turn_planned = false;
    bool syncing = false;    // a turn is being made durable, and its effects have not left
    bool elsewhere = false;  // by another thread: it is not on the disk before that has ended, and turns are stepped
    bool stepped = false;    // a turn that waits for it
    std::optional<TurnEffects> leaving;
    std::vector<Reply> misrouted;  // answers to questions that no tier takes

    bool paused = false;
    bool synced_while_paused = false;
    bool clients_away = false;
    bool gone = false;
    int dies_in_commit = 0;  // 1: the process, 2: the machine
    unsigned sync_times = 1;
    std::uint64_t turns_since_check = 0;
  };

  static constexpr std::size_t most_messages_a_turn = 512;
  static constexpr std::size_t longest_inbox = 4096;

  Machine& machine(const NodeId& node) { return *machines_.at(node); }
  const Machine& machine(const NodeId& node) const { return *machines_.at(node); }

  Micros to_client();  // or from one
  void deliver(const std::shared_ptr<const Packet>& packet);
  void plan_turn(Machine& at, Micros delay);
  void plan_tick(Machine& at);
  void turn(Machine& at);
  void step_question(Machine& at, const Question& question, std::uint64_t timeout_ms);
  void end_turn(Machine& at);
  bool commit(Machine& at);        // false: the process goes on no more
  bool reaches_disk(Machine& at);  // what is being made durable when the process dies
  void leave(Machine& at);
  void let_go(Machine& at);
  void run(Machine& at, const TierJob& job);
  void send(Machine& at, const std::vector<TierSend>& sends);
  void notes(Machine& at);
  void end_process(Machine& at);
  void cannot_go_on(Machine& at, const CannotGoOn& why);
  std::string stamp(const Machine& at) const;
  void say(const Machine& at, const char* what) const;

  ClusterConfig config_;
  Speed speed_;
  Watcher& watcher_;
  std::function<void(const std::string&)> lines_;
  Agenda agenda_;
  Rng rng_;
  SimNetwork network_;
  std::map<NodeId, std::unique_ptr<Machine>> machines_;
  CallId last_call_ = 0;
  std::uint64_t tick_us_;
  std::uint64_t check_every_ = 0;
  bool disk_was_lost_ = false;
  ClusterCounters counters_;
  TraceHash hash_;
};

}  // namespace kin::sim
