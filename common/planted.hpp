// Bugs that a test build can switch on, one at a time, to show that the simulator finds them. In every other build
// planted() is a constant and nothing of them is left.
//
// tests/sim/planted_bugs.cpp has their names and what makes each likely; docs/testing.md says what finds them.
#pragma once

#include <cstdint>

namespace kin {

enum class Bug : std::uint8_t {
  none,

  // values and what their writers had seen
  clocks_decide,            // a merge drops a value whose entry clock is below another's
  entry_clock_alone,        // a new entry clock does not join those that it replaces
  context_ignored,          // a write with a context has seen nothing
  context_without_holes,    // a context covers all dots below its highest
  reply_covers_siblings,    // the context of a write's reply covers what stays beside the write
  implied_erases_siblings,  // a write without a context replaces several values
  late_value_enters,        // a merge takes what it has seen and no longer holds
  base_joined,              // the base of a push enters the node clock

  // the story of a conflict
  lineage_of_the_write_alone,  // a value names what it replaced, and nothing that was seen before that

  // gossip, read repair, quorums
  last_entry_skipped,    // an answer to gossip leaves out its last entry
  read_repair_ticks,     // a node that merges for a read takes a new dot
  answer_counted_twice,  // two answers of one member count as two
  partial_told_as_met,   // a write past its deadline says that it has all copies

  // sessions
  session_not_awaited,  // a node that is behind a session answers it at once

  // forgetting
  delete_forgotten_early,    // a deleted key loses its context at once
  voids_not_learnt,          // counters that nobody has stay open
  removed_still_waited_for,  // a removed member keeps all others from forgetting
  pruned_when_one_has_it,    // a dot is forgotten when one other member has it

  // amnesia and the full copy
  wiped_node_skipped,        // dots whose keys nobody knows are passed over
  absent_keys_not_answered,  // a full copy says nothing of keys that its source lacks
  copy_ends_early,           // the clock of a copy is taken over with its first page
  floor_without_its_dots,    // a floor of others is followed where dots of it are lacking

  // processes and disks
  incarnation_kept,            // a process goes on with the incarnation of the one before
  incarnation_from_disk_only,  // a process on an empty disk begins with the first incarnation again
  sends_before_commit,         // all messages leave before the turn is committed, not only early ones
  reports_before_commit,       // of all messages that should wait, only gossip's reports leave early
  effects_before_sync,         // messages and replies leave when the commit is written but not synced
  commits_not_synced,          // most commits are never synced
  turn_ahead_is_blind,         // a turn that is stepped during a commit does not see what is being committed
  goes_on_after_failed_write,  // a failed commit is taken for a good one
  clock_not_written,           // the clock is written with the next turn but one

  // tokens
  read_not_written_back,    // a read answers with the newest of a quorum, and tells nobody
  write_back_not_awaited,   // a read answers while it tells the others
  writer_reads_itself,      // the writer answers reads with its own record
  writer_answers_early,     // a change is answered when the writer alone has it
  refuses_unasked,          // a writer refuses by its own record, which may be of an operation that nobody else has
  stamp_without_life,       // stamps begin again with each process
  drop_forgets_stamp,       // a drop erases the record
  older_stamp_overwrites,   // a holder takes whatever comes last
  holder_counted_twice,     // two answers of one holder count as two
  late_answers_counted,     // an answer to an operation that is over counts for another
  majority_of_those_alive,  // of the holders that were heard of lately, not of the scheme
  lost_holder_answers,      // a holder on an empty disk takes part without asking the others
};

#ifdef KIN_PLANTED_BUGS
inline Bug the_planted_bug = Bug::none;  // set once, before anything runs
inline bool planted(Bug bug) { return the_planted_bug == bug; }
#else
constexpr bool planted(Bug) { return false; }
#endif

}  // namespace kin
