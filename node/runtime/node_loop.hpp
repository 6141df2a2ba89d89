// The loop that runs a node: one thread, turn by turn.
//
// A turn: wait for messages, news of jobs or the next tick; take what is there, up to a bound; step the protocols; make
// their writes durable as one batch; flush the trace; let messages and replies leave, and jobs begin. A turn that has
// nothing to make durable ends with fewer messages, so that the clients work while the node does.
//
// A turn that has written much is committed on another thread, and the next one is stepped meanwhile; it ends when that
// commit is through. Of what is there to be taken, a node without peers takes as much in a turn as is stepped in the
// time of a commit, so that neither waits long for the other: where the disk is slow, all of it.
//
// When the disk fails or a protocol says that this process must not go on, nothing more of the turn leaves, and all who
// wait for replies are told that nobody knows whether theirs was applied.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "node/runtime/intake.hpp"

namespace kin {

class NodeLoop {
 public:
  static constexpr std::size_t most_messages_a_turn = 512;
  static constexpr std::size_t most_bytes_a_turn = 8u << 20;
  static constexpr std::size_t enough_replies_a_turn = 128;  // where nothing has to be made durable
  static constexpr std::size_t records_for_another_thread =
      64;  // of a commit: to hand over fewer costs more than it gives
  static constexpr std::uint32_t shortest_tick_ms = 5;
  static constexpr std::uint32_t longest_tick_ms = 50;

  explicit NodeLoop(const NodeParts& parts);

  // To be called once, before any turn: the protocols' Started and the record of this incarnation become durable.
  [[nodiscard]] std::optional<CannotGoOn> start();

  // One turn, or a part of it while the one before is being committed. Waits for a message no longer than max_wait_ms
  // and than the next thing to do.
  [[nodiscard]] std::optional<CannotGoOn> turn(std::uint32_t max_wait_ms = longest_tick_ms);

  // Turns until `end` is set (and the transport is woken), then ends the commit that is under way and tells open calls
  // that the node has ended; or until it cannot go on.
  [[nodiscard]] std::optional<CannotGoOn> run(const std::atomic<bool>& end);

  const RuntimeCounters& counters() const { return counters_; }

 private:
  void take_messages();
  void take_job_news();
  void tick(std::uint64_t now_ms);
  bool takes_enough() const;
  bool is_full() const { return messages_ >= most_messages_a_turn || bytes_ >= most_bytes_a_turn; }
  std::optional<CannotGoOn> end_turn();
  std::optional<CannotGoOn> begin_commit();
  std::optional<CannotGoOn> end_commit(const Committer::Result& result);
  std::optional<CannotGoOn> end_commit_elsewhere();
  CannotGoOn cannot_go_on(const CannotGoOn& why);
  void give_replies(const std::vector<Reply>& replies);
  void answer(const Call& call, const Reply& reply, std::uint64_t now_us);
  void log_call(const Call& call, const Reply& reply, std::uint64_t now_us);
  void tell_open_calls(const std::string& why);
  std::uint32_t wait_ms(std::uint64_t now_ms, std::uint32_t max_wait_ms) const;

  NodeParts parts_;
  RuntimeCounters counters_;
  CallTable calls_;
  Departures departures_;
  Intake intake_;
  std::uint32_t tick_ms_;
  std::uint64_t next_tick_ms_ = 0;
  Arrival arrival_;
  std::size_t messages_ = 0, bytes_ = 0;  // taken in this turn
  std::uint64_t turn_began_us_ = 0;
  std::uint64_t last_commit_us_ = 0;  // how long it took
  std::vector<Reply> answers_;        // of the runtime itself, in the turn that is being committed
  std::string line_;                  // kept for its memory
};

}  // namespace kin
