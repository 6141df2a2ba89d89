// All protocols of one node, driven through turns over one store. Free of sockets, clocks and threads: the runtime
// and the simulator host the same objects with it.
//
//   ReplicaHost::open, then in every turn: step or step_all any number of times, then end_turn, or its two halves.
//
// The first turn has one step, step_all(Started). It also writes the record of this incarnation, so nothing happens
// before that record is durable. What steps say beside their effects (trace events, warnings, complaints about their
// input) is taken with take_notes, best after every step.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "node/protocols/protocol.hpp"
#include "node/protocols/registry.hpp"
#include "node/runtime/incarnation.hpp"

namespace kin {

// Position among the hosted tiers.
using TierIndex = std::size_t;

struct TierSend {
  TierIndex tier = 0;
  Send send;
};

struct TierJob {
  TierIndex tier = 0;
  Job job;
};

struct TierCancel {
  TierIndex tier = 0;
  JobId id = 0;
};

// What may leave, now that the turn's writes are durable.
struct TurnEffects {
  std::vector<TierSend> sends;
  std::vector<Reply> replies;
  std::vector<TierJob> jobs;  // to be run; JobProgress and JobDone go to the same tier
  std::vector<TierCancel> cancelled;
};

struct StepNotes {
  std::vector<TraceEvent> trace;
  std::vector<std::string> warnings;
  std::vector<std::string> malformed;  // what was wrong with the inputs since the last take
};

// This process must end or, after a disk that failed, begin anew on a store that was opened again.
struct CannotGoOn {
  std::string why;                      // a sentence for people
  std::optional<StorageError> storage;  // set when the disk is the reason
};

class ReplicaHost {
 public:
  // Hosts every entry that a bucket of the cluster names, and every entry that owns requests without a bucket; in
  // the order of `entries`. Everything that is passed by reference outlives the host.
  // Every bucket's tier must be among the entries. Error: a protocol could not read the store.
  static tl::expected<std::unique_ptr<ReplicaHost>, StorageError> open(Store& store, const ClusterConfig& cluster,
                                                                       const Actor& self,
                                                                       std::span<const ProtocolEntry> entries,
                                                                       Rng& rng);
  ~ReplicaHost();

  const ClusterConfig& cluster() const { return cluster_; }
  const Actor& self() const { return self_; }
  std::size_t tiers() const;
  const ProtocolEntry& entry(TierIndex tier) const;
  std::optional<TierIndex> tier_named(std::string_view name) const;
  std::optional<TierIndex> tier_numbered(std::uint32_t number) const;
  std::optional<TierIndex> owner_of(wire::Kind kind) const;  // of requests without a bucket

  // A client's call that the tier finds malformed and leaves without a reply is answered here, with USAGE.
  // Does nothing once the host cannot go on, nor with news of a job that the tier has cancelled in this turn.
  void step(TierIndex tier, const Input& input);
  void step_all(const Input& input);
  StepNotes take_notes();
  // How many replies of this turn wait for nothing but its end; 0 where something must be made durable before they
  // leave.
  std::size_t replies_that_may_leave() const;

  // How much the steps of this turn have written so far.
  std::size_t records_to_commit() const;

  // Hands over what may leave before the turn's writes are durable.
  using SendEarly = std::function<void(const std::vector<TierSend>&)>;

  // Ends the turn, in two halves, so that the next one can be stepped while the writes of this one become durable:
  // finish_turn on all tiers, then early sends. What is to be committed is batch() then, in one piece and before
  // end_commit(); steps see it from now on. Not while a commit is under way.
  // Error: nothing of this turn may leave, and the host steps no more. Nothing was sent early.
  [[nodiscard]] tl::expected<void, CannotGoOn> begin_commit(const SendEarly& send_early);
  bool committing() const { return under_way_.has_value(); }
  // Of the commit that is under way; empty where the turn wrote nothing, and then there is nothing to commit. It does
  // not change before end_commit(), so another thread may read it.
  const WriteBatch& batch() const { return uncommitted_.writes(); }
  // Error, where the store gave one: nothing of the turn may leave, early sends excepted, and the host steps no more.
  [[nodiscard]] tl::expected<TurnEffects, CannotGoOn> end_commit(const tl::expected<void, StorageError>& committed);
  // Both, and the commit between them.
  [[nodiscard]] tl::expected<TurnEffects, CannotGoOn> end_turn(const SendEarly& send_early);
  // The replies of the turn whose commit is under way, or has failed: then they must not leave; whoever judges the host
  // learns from them what the turn had done, since what it sent early may have arrived.
  const std::vector<Reply>& withheld() const;

  // Empty after a read of the store failed; the next end_turn tells why.
  std::vector<wire::TierReport> reports(std::uint64_t now_ms);
  void check_invariants() const;
  // Batches made durable so far.
  std::uint64_t commits() const { return commits_; }

 private:
  struct Tier;

  ReplicaHost(Store& store, const ClusterConfig& cluster, const Actor& self);
  void failed(const StorageError& error);

  Store& store_;
  const ClusterConfig& cluster_;
  Actor self_;
  Overlay uncommitted_;  // the store, and over it the batch of the commit that is under way
  Overlay own_;
  std::vector<std::unique_ptr<Tier>> tiers_;
  std::optional<CannotGoOn> cannot_go_on_;
  std::optional<TurnEffects> under_way_;  // what leaves after the commit
  std::vector<Reply> withheld_;           // of a commit that failed
  std::uint64_t commits_ = 0;
};

}  // namespace kin
