// Calls of sessions: each is served once this node has all that its session has seen, so whatever a session saw or
// wrote anywhere, it finds here too. A call that must wait is a state of this class; whoever calls serve_arrived()
// after each step lets it go on.
//
// The guarantees are those of Terry, Demers, Petersen, Spreitzer, Theimer, Welch, "Session Guarantees for Weakly
// Consistent Replicated Data", PDIS 1994: read your writes, monotonic reads, writes follow reads, monotonic writes.
// Departure: one frontier for reads and writes, since a context covers both.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/wire/sessions.hpp"
#include "node/protocols/causal/replica.hpp"
#include "node/protocols/protocol.hpp"

namespace kin::causal {

inline constexpr std::size_t most_waiting_calls = 1024;

// What a frontier names and a clock lacks.
struct Behind {
  DotSet::Counters lacking;
  std::vector<NodeId> floors;  // nodes whose earlier processes are not known to have ended

  bool any() const { return !lacking.empty() || !floors.empty(); }
};

Behind behind(const DotSet& clock, const DotSet& seen);

// "3 updates (2 of n1.1, 1 of n3.4)"
std::string in_words(const Behind& behind);

// A call that waits, with all that its views referred to.
struct WaitingCall {
  CallId id = 0;
  wire::Kind kind{};
  std::string body, client;
  std::uint64_t deadline_ms = 0, wall_us = 0;

  WaitingCall() = default;
  explicit WaitingCall(const ClientCall& call);
  ClientCall call() const;  // its views are of this object
};

class SessionCalls {
 public:
  // Nobody but the owner refers to the replica's state, so it outlives this.
  explicit SessionCalls(const CausalReplica& replica) : replica_(replica) {}

  struct Refusal {
    Status status = Status::usage;
    std::string message;
  };
  // A call that came. True: `inner` is to be served now, and is counted as of its session until its reply has passed
  // through wrap(). False: it waits. `inner` refers to `request`. Refusals: a kind that sessions have not, a
  // frontier that is none or names what cannot be (USAGE), too many calls that wait (UNAVAILABLE).
  tl::expected<bool, Refusal> enter(const ClientCall& call, const wire::InSession& request, std::uint64_t answer_by_ms,
                                    ClientCall& inner);

  // The waiting calls that can be served by now. They must be given to enter() again, which lets them through.
  std::vector<WaitingCall> arrived();

  struct Overdue {
    CallId id = 0;
    std::string lacking;  // in words
  };
  std::vector<Overdue> overdue(std::uint64_t now_ms);

  // Puts what the session has seen now around the replies of its calls, from the reply number `first` on.
  void wrap(std::vector<Reply>& replies, std::size_t first);

  std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    WaitingCall call;
    DotSet seen;
    std::uint64_t answer_by_ms = 0;
    std::optional<Dot> lacking;  // one of them, so that a look at it mostly suffices
  };

  const CausalReplica& replica_;
  std::vector<Waiting> waiting_;   // in the order in which they came
  std::map<CallId, DotSet> open_;  // being served: what their sessions had seen
};

}  // namespace kin::causal
