// One token at one of its holders: the register, and the writer's and the readers' part in it.
//
// Source: Cachin, Guerraoui, Rodrigues, "Introduction to Reliable and Secure Distributed Programming", 2nd edition,
// sections 4.2 and 4.3: the (1,N) atomic register "read-impose write-majority" for the fail-silent model. What is
// added: a writer that dies and comes back, disks that are lost, and a drop.
//
//   change  the writer stamps, keeps, and sends Write to all holders; the client is answered after a quorum of Held.
//   read    the reader sends Query to all holders and takes the newest of a quorum. If they do not all have the same,
//           it sends that to all as Impose and waits for a quorum of Held; only then it answers. So whoever reads later
//           meets it. Its own record counts as one answer and proves nothing, also at the writer.
//
// The writer's own knowledge. All that a process stamps is on its disk before it leaves, so the writer's record is the
// newest there is, and it may build on it. Not after it lost its disk: then changes may be under way, or at a few
// holders, that it knows nothing of. All of them are stamped by processes before its present disk; so its record is
// the newest again as soon as it is stamped by a later one, and until then the writer asks a quorum before it decides.
// To refuse (ALREADY_EXISTS, NOT_FOUND) tells what the register holds, so it is a read and asks a quorum always.
//
// A lost disk looks like a new one. A holder without a HolderState is not up to date: it answers no Query, and takes
// and acknowledges nothing, until it has asked the others (Recover) and heard of
//   a majority of the scheme among the others, all of them up to date, or
//   all others, up to date or not: so a new scheme begins, and one whose holders all lost their disks is as new.
// Then it has the newest of what they know. Why quorums go on meeting: let a quorum Q hold a change, and let x, one of
// them, lose its disk. Those whom x asks, R, are a majority; Q without x and R are together more than all others, so x
// hears of the change from somebody of both: what a holder of Q forgot itself, it had heard of again before it counted
// as up to date. Answers that x gave before it lost its disk, and that are counted after, are holder_tally.hpp's.
// With `quorum: all` x asks all others.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/protocols/atomic/holder_tally.hpp"
#include "node/protocols/atomic/messages.hpp"
#include "node/protocols/atomic/process.hpp"

namespace kin::atomic {

// Of one token at one node; more are refused with LIMIT.
inline constexpr std::size_t most_changes_waiting = 1024;
inline constexpr std::size_t most_reads_waiting = 4096;

// A holder whose disk is new asks the others.
struct Recovery {
  std::uint64_t number = 0;
  std::map<NodeId, std::pair<Incarnation, Known>> answers;  // with the process that gave each
  std::uint64_t resend_at_ms = 0;
};

class Token {
 public:
  // This node is a holder. Both outlive the token.
  Token(const TokenScheme& scheme, Process& process);

  // Reads what the disk holds, and begins to ask the others where it holds nothing. Throws StorageFailure.
  void start(Outputs& out);

  // ---- calls; this node is the writer, for a read a reader
  void create(const ClientCall& call, const wire::TokenCreate& request, Outputs& out);
  void write(const ClientCall& call, const wire::TokenWrite& request, Outputs& out);
  void drop(const ClientCall& call, Outputs& out);
  void read(const ClientCall& call, Outputs& out);
  wire::TokenShowReply show() const;
  void fall_silent_in(std::uint64_t ms, Outputs& out);

  // ---- messages of other holders
  // What cannot be meant: from a node that may not say it, or a record that can be none. Empty: it can.
  std::string implausible(const NodeId& from, const Incarnation& life, const Message& message) const;
  void receive(const NodeId& from, const Incarnation& life, const Message& message, Outputs& out);

  void tick(Outputs& out);
  void scanned(JobId job, std::string_view result, Outputs& out);
  void progressed(const JobProgress& progress, Outputs& out);

  // A newer process of this node has taken over: whoever waits is told so.
  void give_up(Outputs& out);

  bool silent() const { return silence_ && silence_->silent; }
  bool up_to_date() const { return holder_.up_to_date; }
  bool exists() const { return record_.exists(); }
  std::size_t waiting() const { return rounds_.size() + changes_.size() + scans_.size(); }
  void check_invariants() const;

 private:
  enum class Purpose { read, check, change };

  // One phase of an operation, under way at a quorum.
  struct Round {
    Purpose purpose = Purpose::read;
    CallId call = 0;
    std::uint64_t answer_by_ms = 0;
    bool storing = false;  // otherwise it asks
    bool agree = true;     // all answers so far were the same
    Record record;         // the newest answer; what is to be stored
    HolderTally tally;
    std::uint64_t resend_at_ms = 0;
  };
  using Rounds = std::map<std::uint64_t, Round>;  // by the number of the operation

  // A change that waits for its turn, or whose turn it is.
  struct Change {
    CallId call = 0;
    wire::Kind kind{};
    std::uint64_t answer_by_ms = 0;
    bool if_absent = false;
    std::optional<wire::TokenWrite> request;  // of a write
    std::optional<wire::TokenValue> value;    // of a write whose scan has ended
  };

  // holder.cpp
  void on(const NodeId& from, const Incarnation& life, const Write& message, Outputs& out);
  void on(const NodeId& from, const Incarnation& life, const Impose& message, Outputs& out);
  void on(const NodeId& from, const Incarnation& life, const Held& message, Outputs& out);
  void on(const NodeId& from, const Incarnation& life, const Query& message, Outputs& out);
  void on(const NodeId& from, const Incarnation& life, const Recover& message, Outputs& out);
  void on(const NodeId& from, const Incarnation& life, const Known& message, Outputs& out);
  void on(const NodeId& from, const Incarnation& life, const Refused& message, Outputs& out);
  void keep(const Record& record, Outputs& out);
  void keep_holder(Outputs& out);
  void notice(const wire::TokenStamp& stamp);

  // recovery.cpp
  void begin_recovery(Outputs& out);
  void ask_to_recover();
  void recover(Outputs& out);
  void recovered(const Record& newest, Outputs& out);

  // rounds.cpp
  void ask(Purpose purpose, CallId call, std::uint64_t answer_by_ms, Outputs& out);
  void store(Round round, Outputs& out);
  void count_own(std::uint64_t number, Outputs& out);
  void answered(std::uint64_t number, const NodeId& from, const Incarnation& life, const Disks& disks, Outputs& out);
  void answered(std::uint64_t number, const NodeId& from, const Incarnation& life, const Known& known, Outputs& out);
  void phase_over(std::uint64_t number, Outputs& out);
  void finish(const Round& round, Outputs& out);
  void send(std::uint64_t number, Round& round);
  void overdue(const Round& round, Outputs& out);
  void ask_all_anew(Outputs& out);
  std::size_t quorum() const;

  // changes.cpp
  bool is_last_word(const Record& record) const;
  static bool allows(const Record& record, const Change& change);
  void take_on(Change change, Outputs& out);
  void next_change(Outputs& out);
  void begin(Outputs& out);
  void decide(const Record& record, std::uint32_t got, Outputs& out);
  void stamp(Outputs& out);
  void refuse(const Record& record, std::uint32_t got, Outputs& out);
  void scan_for(Change change, Outputs& out);
  void end_change(Outputs& out);

  // silence.cpp
  void load_silence();
  void count_down(Outputs& out);
  void fall_silent(Outputs& out);
  const SilentFault* silent_fault() const;

  Failure failure(Status status, Applied applied, std::string message) const;
  Failure too_many(std::size_t most, const char* what) const;  // wait: LIMIT
  wire::TokenReply reply_of(const Round& round) const;
  bool is_writer() const { return scheme_.writer == process_.env.self; }
  void trace(const char* event, const Record& record, Outputs& out) const;

  const TokenScheme& scheme_;
  Process& process_;
  const std::vector<NodeId> holders_;
  const std::vector<NodeId> others_;
  const std::size_t quorum_;  // of the scheme

  Record record_;
  HolderState holder_;
  std::optional<Recovery> recovery_;

  Rounds rounds_;
  std::deque<Change> changes_;         // of the first one it may be the turn
  std::optional<std::uint64_t> turn_;  // the round of the first change, while there is one
  std::map<JobId, Change> scans_;

  std::optional<Silence> silence_;  // as on the disk
  std::uint64_t silent_at_ms_ = 0;  // when not yet silent
};

}  // namespace kin::atomic
