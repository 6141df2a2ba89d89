// The causal tier: any node takes a write, also when it is cut off; what one writer had not seen of another is kept
// beside it as a sibling.
//
// The rules are CausalReplica's; this class turns events into its calls: it reads client requests, counts answers for
// R and W, resends on ticks, and puts what one turn has to say to a peer into one message.
//
// Papers: see replica.hpp. Quorums as in DeCandia et al., "Dynamo: Amazon's Highly Available Key-value Store", SOSP
// 2007, section 4.5, but with all members as the preference list and without hinted hand-off: gossip repairs.
#pragma once

#include <boost/container/flat_map.hpp>
#include <map>
#include <string>
#include <vector>

#include "common/quorum/quorum_tally.hpp"
#include "common/wire/context_token.hpp"
#include "common/wire/requests.hpp"
#include "node/protocols/causal/operations.hpp"
#include "node/protocols/causal/replica.hpp"
#include "node/protocols/causal/session_calls.hpp"
#include "node/protocols/causal/silences.hpp"
#include "node/protocols/causal/watch_calls.hpp"
#include "node/protocols/protocol.hpp"

namespace kin::causal {

class CausalProtocol : public Protocol {
 public:
  explicit CausalProtocol(const Environment& environment);

  void step(const Input& input, Outputs& out) override;
  void finish_turn(Outputs& out) override;
  wire::TierReport report(std::uint64_t now_ms) const override;
  void check_invariants() const override;

  const CausalReplica& replica() const { return replica_; }

 private:
  // A write that has fewer durable copies than its client asked for.
  struct PendingWrite {
    CallId call = 0;
    std::string key;
    QuorumTally tally;
    Dot dot;
    std::string answer;  // without its end
    std::string warning;
    std::uint64_t answer_by_ms = 0;
    std::uint64_t resend_at_ms = 0;
  };
  // A read that waits for other members' entries.
  struct PendingRead {
    CallId call = 0;
    std::string key;
    QuorumTally tally;
    std::vector<Dot> asked_with;                                // the values that this node had when it asked
    boost::container::flat_map<NodeId, std::vector<Dot>> held;  // which values each member held, to find who was stale
    std::uint64_t answer_by_ms = 0;
    std::uint64_t resend_at_ms = 0;
  };

  // A read of what this node has: its reply stands among the outputs, without a body so far.
  struct OwnRead {
    std::size_t reply = 0;  // its place there
    std::string key;
    std::size_t hash = 0;                 // of the key
    const std::string* answer = nullptr;  // that was kept: only reads are stepped before it is used
  };

  // What a member answered to a fetch.
  struct HeldThere {
    std::uint64_t fetch = 0;
    std::optional<std::vector<Dot>> dots;  // of the values that it has; absent: those that it was asked with
  };

  // The events (causal.cpp)
  void on(const Started& started, Outputs& out);
  void on(const ClientCall& call, Outputs& out);
  void on(const PeerMessage& message, Outputs& out);
  void on(const Tick& tick, Outputs& out);
  void on(const RemoveMember& removal, Outputs& out);
  void on(const JobProgress& /*progress*/, Outputs& /*out*/) {}  // it has no jobs
  void on(const JobDone& /*done*/, Outputs& /*out*/) {}

  // The calls of clients (client_calls.cpp)
  void read(const ClientCall& call, const wire::Read& request, Outputs& out);
  void keys(const ClientCall& call, const wire::Keys& request, Outputs& out);
  void conflicts(const ClientCall& call, const wire::Conflicts& request, Outputs& out);
  void explain(const ClientCall& call, const wire::Explain& request, Outputs& out);
  // Any of these in a session: it may have to wait until this node has what its session has seen.
  void in_session(const ClientCall& call, const wire::InSession& request, Outputs& out);
  void serve_sessions_that_arrived(Outputs& out);
  void end_overdue_sessions(Outputs& out);
  // Watches, and what is left of a deleted key (watch_requests.cpp)
  void watch(const ClientCall& call, const wire::Watch& request, Outputs& out);
  void watch_conflicts(const ClientCall& call, const wire::WatchConflicts& request, Outputs& out);
  void traces_of(const ClientCall& call, const wire::TracesOf& request, Outputs& out);
  wire::WatchEvent event_of(const std::string& joined) const;
  tl::expected<std::uint32_t, Failure> wanted(const wire::Level& level, std::uint32_t bucket_default) const;
  tl::expected<const BucketConfig*, Failure> checked(const std::string& bucket, const std::string& key) const;
  Failure refuse(Status status, std::string message) const;
  // What a reader of the entry has seen.
  wire::ContextToken seen_in(const std::string& key, const EntryView& entry) const;
  OnConflict rule_of(std::string_view key) const;           // of the key's bucket
  std::string packed_answer(const std::string& key) const;  // of what this node has
  // Reads that follow each other are answered together, before anything changes.
  void answer_own_reads(Outputs& out);
  void foresee_own_read(std::size_t at);
  std::uint64_t answer_by(const ClientCall& call) const;

  // Writes (write_calls.cpp)
  void add_update(const ClientCall& call, const wire::AddUpdate& request, Outputs& out);
  void remove(const ClientCall& call, const wire::Remove& request, Outputs& out);
  // What add_update and remove share: the write itself, its reply, and the wait for W.
  template <class Request>
  void write(const ClientCall& call, const Request& request, std::optional<Sibling>&& value, Outputs& out);
  tl::expected<WriterPast, Failure> past_of(const std::string& bucket, const std::string& key, wire::Seen seen,
                                            const std::string& context, bool has_value, const Siblings& held) const;
  // What was answered, or would have been, if this very operation was taken before: by this process, or by another one
  // whose write is held here, or was replaced by what is held here. Packed as pack_written() does.
  std::optional<std::string> taken_before(const std::string& key, const std::string& operation,
                                          const Siblings& held) const;
  // Why this value may not stand beside others: together they would be more than this node's share of a message. Of
  // what it took itself no more than that ever stands anywhere, so what all nodes took fits. nullopt where it may.
  std::optional<Failure> too_much_beside(const WriterPast& past, const Sibling& value, const Siblings& held) const;
  // Answers as soon as `wanted` members have the write. `now`: the values of the key.
  void answer_write(const ClientCall& call, const std::string& key, const Dot& dot, std::string_view written,
                    const Siblings& now, std::uint32_t wanted, bool repeated, Outputs& out);
  void tell(PendingWrite&& pending, std::uint32_t got, Outputs& out) const;

  // Reads that wait for other members (quorum_reads.cpp)
  void ask_members(const ClientCall& call, const std::string& key, std::uint32_t count);
  void send_fetches(Outputs& out);
  std::vector<HeldThere> held_by(const Fetched& fetched) const;
  void count_fetched(const NodeId& member, HeldThere&& answer, Outputs& out);
  void answer_read(const PendingRead& read, Outputs& out);
  void resend_fetches(Outputs& out);

  // Counting and resending (causal.cpp)
  void count_acks(const NodeId& member, const DotSet& dots, Outputs& out);
  void resend(Outputs& out);
  // A random order of all peers, then another one: with a die for each question a node might not be asked for long,
  // and what only it has would not be known.
  std::optional<NodeId> next_to_ask();
  void send(const NodeId& to, const Message& message, Outputs& out);
  void send_all(Outbox&& outbox, Outputs& out);
  // Entries that changed here go out at the end of the turn.
  void push_later(const NodeId& to, const std::string& key, const DotSet& dots);
  void tell_news(Outputs& out);
  void stop_if_superseded(Outputs& out) const;
  void stop_if_file_lacks_members(Outputs& out) const;

  const Environment env_;
  const std::vector<NodeId> order_;  // of printed clocks
  CausalReplica replica_;
  SessionCalls sessions_{replica_};
  WatchCalls watches_;
  std::uint64_t now_ms_ = 0;
  std::uint64_t wall_us_ = 0;
  std::uint64_t gossip_at_ms_ = 0;
  std::multimap<std::uint64_t, PendingWrite> writes_;  // by counter of the dot; a repeated one waits beside the first
  std::map<std::uint64_t, PendingRead> reads_;         // by fetch id
  std::vector<OwnRead> own_reads_;
  std::uint64_t next_fetch_ = 1;
  std::vector<Fetch::Asked> fetches_;                          // this turn's, of all peers
  std::map<NodeId, std::vector<Fetch::Asked>> fetches_again_;  // of one peer
  std::map<std::string, DotSet> broadcast_;                    // key to dots: this turn's pushes to all peers
  std::map<NodeId, std::map<std::string, DotSet>> directed_;   // the same to one peer
  std::map<NodeId, std::uint64_t> heard_ms_;
  Silences silences_;
  OperationTable operations_;
  std::uint64_t thrown_away_ = 0;  // values, by buckets that say `latest` or `max`
  std::vector<NodeId> to_ask_;     // from the back
  // A member that has more for this node than one answer holds is asked again by its answers, not by the tick.
  std::optional<NodeId> catching_up_from_;
  std::uint64_t catching_up_until_ms_ = 0;
};

}  // namespace kin::causal
