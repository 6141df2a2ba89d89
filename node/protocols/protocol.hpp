// What every replication protocol is: a machine that takes events and appends what it wants done.
//
// A protocol never sees a socket, a file, a thread, a clock or a die. The runtime (node/runtime) and the simulator
// drive the same object under one contract, and correctness rests on it:
//
//   1. All inputs of a turn are stepped one by one; later steps see the writes of earlier ones. Then finish_turn.
//   2. All writes of the turn become durable as one batch. The next turn may be stepped meanwhile, and sees them.
//   3. Only then do sends leave and replies go out, except sends that are marked `early`; and only then does the next
//      turn come to its finish_turn.
//
// The network may lose, repeat, delay and reorder messages, but not forge them: protocols resend on ticks.
// A node restarts by being constructed anew on whatever its store holds, and by a Started input.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/causality/dot.hpp"
#include "common/config/cluster_config.hpp"
#include "common/wire/envelope.hpp"
#include "common/wire/replies.hpp"
#include "common/wire/status.hpp"
#include "node/protocols/rng.hpp"
#include "node/storage/store.hpp"

namespace kin {

// Names one client request that waits for its reply. Chosen by the host, never reused within a process.
using CallId = std::uint64_t;

// The first input of every process, before any other. Its writes are durable before anything else happens.
struct Started {
  std::uint64_t now_ms = 0;
};

// A client of this node asks. Views are valid during the step only.
struct ClientCall {
  CallId id = 0;
  wire::Kind kind{};
  std::string_view body;          // a struct of common/wire/requests.hpp or of the tier
  std::string_view client;        // how the client names itself
  std::uint64_t deadline_ms = 0;  // in the time of Tick: after it nobody waits for the reply
  std::uint64_t wall_us = 0;      // the host's wall clock: to show, never to compare

  // When a reply must leave so that it is there before the deadline: what was not reached in time is told then, and not
  // guessed by the client. usual_ms: how long a client waits whose deadline is not known.
  std::uint64_t answer_by_ms(std::uint64_t now_ms, std::uint64_t usual_ms) const {
    constexpr std::uint64_t most_ahead_ms = 250;
    const std::uint64_t budget_ms = deadline_ms > now_ms ? deadline_ms - now_ms : usual_ms;
    return now_ms + budget_ms - std::min(budget_ms / 4, most_ahead_ms);
  }
};

// May come late, twice or never. `life` is the incarnation of the sender's process that sent it.
struct PeerMessage {
  NodeId from;
  Incarnation life;
  std::string_view body;      // a message of the tier
  std::uint64_t wall_us = 0;  // the host's wall clock: to show, never to compare
};

// The only clock a protocol has: milliseconds, never going back within a process.
struct Tick {
  std::uint64_t now_ms = 0;
  std::uint64_t wall_us = 0;  // the host's wall clock: to show, never to compare
};

// An administrator's word: the member will never come back.
struct RemoveMember {
  NodeId member;
};

// Names one job of a tier. Chosen by the tier, never reused within a process.
using JobId = std::uint64_t;

// How far a job is that has not ended: some times a second, or never.
struct JobProgress {
  JobId id = 0;
  std::uint64_t done = 0, total = 0;
};

// A job has ended; it comes once for each job that was not cancelled. The view is valid during the step only.
struct JobDone {
  JobId id = 0;
  std::string_view result;
};

using Input = std::variant<Started, ClientCall, PeerMessage, Tick, RemoveMember, JobProgress, JobDone>;

// What a running job can ask and tell. Of the worker's thread.
class JobWatch {
 public:
  virtual ~JobWatch() = default;
  // True once nobody wants the result: return at once, with anything.
  virtual bool cancelled() const = 0;
  virtual void progress(std::uint64_t done, std::uint64_t total) = 0;
};

// Heavy computing that must not hold up the loop: a worker runs it, its result comes back as JobDone. It may refer to
// nothing that the protocol owns, and its result must depend on nothing but what it was made of. It is lost with the
// process.
struct Job {
  JobId id = 0;
  std::function<std::string(JobWatch&)> run;
};

// Bytes for one peer. Broadcasts share one buffer.
struct Send {
  NodeId to;
  std::shared_ptr<const std::string> body;
  std::string what;    // for the trace: `push`, `gossip`
  bool early = false;  // may leave before this turn's writes are durable (see the tier's reason)
};

struct Reply {
  CallId to = 0;
  wire::Kind kind{};
  std::string body;
  bool last = true;  // otherwise more replies to the same call follow
};

// One line of the causal trace. The host escapes all fields; what a field named `value` holds is a client's data and
// is shown as `log.values` says.
struct TraceEvent {
  std::string_view name;  // this and the fields' names are literals
  std::vector<std::pair<std::string_view, std::string>> fields;
};

// What a turn wants done. The host hands one object to all steps of a turn.
struct Outputs {
  explicit Outputs(Overlay& store) : writes(store) {}

  Overlay& writes;
  std::vector<Send> sends;
  std::vector<Reply> replies;
  std::vector<Job> jobs;
  std::vector<JobId> cancelled;        // jobs whose result nobody wants any more; no JobDone comes for them
  std::vector<TraceEvent> trace;       // may be left out where the cluster keeps none (ClusterConfig::trace)
  std::vector<std::string> warnings;   // for the human log
  std::vector<std::string> malformed;  // what was wrong with the input of this step; the host counts and logs
  std::optional<std::string> stop;     // this process must not go on; the sentence says why

  template <class Body>
  void reply(CallId to, wire::Kind kind, const Body& body) {
    replies.push_back({to, kind, wire::encode(body), true});
  }
  // One of several to a call that stays open.
  template <class Body>
  void reply_and_go_on(CallId to, wire::Kind kind, const Body& body) {
    replies.push_back({to, kind, wire::encode(body), false});
  }
  void fail(CallId to, const Failure& failure) { reply(to, wire::Kind::failure, failure); }
};

// Everything a protocol can know besides its inputs. What it refers to outlives it.
struct Environment {
  NodeId self;
  Incarnation life;              // of this process
  const ClusterConfig& cluster;  // members, buckets, limits, times
  const Overlay& store;          // under the tier's own prefix
  Rng& rng;                      // seeded by the host
};

class Protocol {
 public:
  virtual ~Protocol() = default;

  // Handles one event and appends to `out`. Never blocks.
  virtual void step(const Input& input, Outputs& out) = 0;

  // After the last step of a turn and before its writes are made durable: what several steps want to say to one
  // peer is put into one message here.
  virtual void finish_turn(Outputs& out) = 0;

  virtual wire::TierReport report(std::uint64_t now_ms) const = 0;

  // Ends the process where the state contradicts itself. The simulator calls it after every turn.
  virtual void check_invariants() const = 0;
};

}  // namespace kin
