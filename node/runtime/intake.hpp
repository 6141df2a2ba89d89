// What comes in: takes messages apart, decides who may say what, and steps the protocols. Nothing that a message
// holds can end or stall the node: what is wrong with it is counted, logged once for each sender, and answered where
// somebody waits for an answer.
//
//   not readable          dropped; answered USAGE when a request's envelope could be read
//   newer version         answered UNSUPPORTED with both versions
//   another cluster       dropped from peers, USAGE to clients; a client may leave the name empty
//   peer, not a member    dropped
//   unknown kind          answered UNSUPPORTED; a failure, which nobody asks with, is malformed
//   too many open calls   answered UNAVAILABLE
//   kept away by a fault  dropped
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/runtime/admin.hpp"
#include "node/runtime/call_table.hpp"
#include "node/runtime/complaints.hpp"
#include "node/runtime/departures.hpp"

namespace kin {

// A message that came, and how far it was taken apart. Items of one message may be taken in several turns.
struct Arrival {
  RouterIdentity from;
  std::string bytes;
  std::size_t taken = 0;  // of the bytes
  std::size_t items = 0;  // taken
  // When the message came: of all its items, since nobody can tell them apart in time.
  std::uint64_t came_us = 0, came_wall_us = 0;

  bool all_taken() const { return taken == bytes.size(); }
};

class Intake {
 public:
  // No honest sender puts more into one message.
  static constexpr std::size_t most_items = 65536;
  static constexpr std::size_t most_clock_entries = 65536;
  static constexpr std::uint32_t longest_wait_ms = 600'000;

  // All but `parts` is shared with the loop and outlives this object.
  Intake(const NodeParts& parts, CallTable& calls, Departures& departures, RuntimeCounters& counters);

  // Takes the next item of the message, or all that is left where that cannot be read.
  void take_next(Arrival& message);
  // What the runtime itself answers to calls of this turn: to leave like the protocols' replies.
  std::vector<Reply> take_answers();
  // Writes the trace events and warnings of the steps since the last time, and counts what they found malformed;
  // `sender` is who gave the input.
  void note_steps(std::string_view sender);

 private:
  void take_item(const Arrival& message, const wire::Item& item, std::string_view bytes);
  void take_request(const Arrival& message, const wire::Item& item);
  void take_from_peer(const wire::Item& item, std::string_view bytes);
  void refuse_unreadable(const RouterIdentity& from, std::string_view bytes, const wire::BadItem& bad);
  void note_malformed(std::string_view sender, std::string_view what);
  Failure refusal(Status status, std::string message) const;

  NodeParts parts_;
  CallTable& calls_;
  Departures& departures_;
  RuntimeCounters& counters_;
  Admin admin_;
  Complaints complaints_;
  std::vector<Reply> answers_;
};

}  // namespace kin
