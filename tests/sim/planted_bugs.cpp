#include "tests/sim/planted_bugs.hpp"

#include <algorithm>
#include <array>

namespace kin::sim {
namespace {

void with(Options& options, std::initializer_list<Fault> faults) {
  for (const Fault fault : faults) options.let(fault, true);
}

void power_cuts(Options& options) { with(options, {Fault::power_cut, Fault::power_in_commit}); }
void lost_disks(Options& options) { with(options, {Fault::lose_disk, Fault::split}); }
void kills(Options& options) { with(options, {Fault::kill}); }
void quorums(Options& options) {
  options.levels = 50;
  with(options, {Fault::isolate, Fault::duplicates});
}
void quorums_and_lost_disks(Options& options) {
  quorums(options);
  lost_disks(options);
}
void copies_and_lost_disks(Options& options) {
  quorums_and_lost_disks(options);
  options.levels = 100;
  options.reads = 20;
}
void sessions(Options& options) {
  options.sessions = 100;
  options.roaming = 100;
  with(options, {Fault::isolate});
}
void deletes(Options& options) {
  options.deletes = 20;
  with(options, {Fault::split, Fault::delays});
}
void removals(Options& options) {
  options.nodes = std::max<std::uint32_t>(options.nodes, 5);
  with(options, {Fault::remove, Fault::isolate});
}
void cuts_alone(Options& options) {
  options.faults.fill(false);
  with(options, {Fault::isolate, Fault::split, Fault::loss, Fault::kill});
}
// Many clients at few tokens.
void crowds(Options& options) {
  options.keys = 2;
  options.clients = 12;
  options.think_us = 1'000;
  options.fault_gap_ms = 100;
  options.reads = 60;
}
void tokens_and_kills(Options& options) {
  crowds(options);
  with(options, {Fault::kill, Fault::isolate, Fault::loss});
}
void tokens_and_cuts(Options& options) {
  crowds(options);
  with(options, {Fault::split, Fault::delays, Fault::duplicates});
}
// Messages take long, and a cut often meets them on their way.
void tokens_and_many_cuts(Options& options) {
  crowds(options);
  options.nodes = 5;
  options.gossip_ms = 500;
  options.weather.delay_max_us = 20'000;
  options.fault_gap_ms = 50;
  options.faults.fill(false);
  with(options, {Fault::split, Fault::isolate, Fault::loss});
}
// Answers are held back until the operation that they are for was given up.
void tokens_and_late_messages(Options& options) {
  crowds(options);
  options.nodes = 3;
  options.gossip_ms = 500;
  options.timeout_ms = 200;
  options.faults.fill(false);
  with(options, {Fault::clog, Fault::one_way});
}
void tokens_and_lost_disks(Options& options) {
  crowds(options);
  with(options, {Fault::lose_disk, Fault::isolate});
}
void tokens_and_drops(Options& options) {
  tokens_and_cuts(options);
  tokens_and_kills(options);
  options.deletes = 20;
}
void failed_writes(Options& options) { with(options, {Fault::write_fails, Fault::disk_full, Fault::kill}); }

constexpr std::array bugs{
    PlantedBug{Bug::clocks_decide, "clocks-decide", "a merge drops a value whose entry clock is below another's"},
    PlantedBug{Bug::entry_clock_alone, "entry-clock-alone", "an entry clock does not join those that it replaces"},
    PlantedBug{Bug::context_ignored, "context-ignored", "a write with a context has seen nothing"},
    PlantedBug{Bug::context_without_holes, "context-without-holes", "a context covers all dots below its highest"},
    PlantedBug{Bug::reply_covers_siblings, "reply-covers-siblings",
               "the context of a write's reply covers the values that stay beside it"},
    PlantedBug{Bug::implied_erases_siblings, "implied-erases-siblings",
               "a write without a context replaces several values"},
    PlantedBug{Bug::late_value_enters, "late-value-enters", "a merge takes what it had seen and no longer holds"},
    PlantedBug{Bug::base_joined, "base-joined", "the base of a push enters the node clock"},

    PlantedBug{Bug::lineage_of_the_write_alone, "lineage-of-the-write-alone",
               "a value names what it replaced, and nothing that was seen before that"},

    PlantedBug{Bug::last_entry_skipped, "last-entry-skipped", "an answer to gossip leaves out its last entry"},
    PlantedBug{Bug::read_repair_ticks, "read-repair-ticks", "a node that merges for a read takes a new dot", quorums},
    PlantedBug{Bug::answer_counted_twice, "answer-counted-twice", "two answers of one member count as two",
               quorums_and_lost_disks},
    PlantedBug{Bug::partial_told_as_met, "partial-told-as-met", "a write past its deadline says that it has all copies",
               copies_and_lost_disks},

    PlantedBug{Bug::session_not_awaited, "session-not-awaited", "a node that is behind a session answers it at once",
               sessions},

    PlantedBug{Bug::delete_forgotten_early, "delete-forgotten-early", "a deleted key loses its context at once",
               deletes},
    PlantedBug{Bug::voids_not_learnt, "voids-not-learnt", "counters that nobody has stay open", lost_disks},
    PlantedBug{Bug::removed_still_waited_for, "removed-still-waited-for",
               "a removed member keeps all others from forgetting", removals},

    PlantedBug{Bug::pruned_when_one_has_it, "pruned-when-one-has-it", "a dot is forgotten when one other member has it",
               cuts_alone},

    PlantedBug{Bug::wiped_node_skipped, "wiped-node-skipped", "dots whose keys nobody knows are passed over",
               lost_disks},
    PlantedBug{Bug::absent_keys_not_answered, "absent-keys-not-answered",
               "a full copy says nothing of keys that its source lacks",
               [](Options& options) {
                 options.deletes = 20;
                 options.sessions = 0;  // they wait for what was lost with several disks
                 options.keys = 10;
                 options.fault_gap_ms = 100;
                 options.every_disk = true;
                 with(options, {Fault::restore, Fault::lose_disk, Fault::isolate, Fault::kill});
               }},
    PlantedBug{Bug::copy_ends_early, "copy-ends-early", "the clock of a full copy is taken over with its first page",
               lost_disks},
    PlantedBug{Bug::floor_without_its_dots, "floor-without-its-dots",
               "a floor of others is followed where dots of it are lacking",
               [](Options& options) {
                 options.nodes = 3;
                 options.keys = 9;
                 // What is below a floor is named for a while yet, in many messages.
                 options.batch_keys = options.tidy_keys = 1;
                 options.reads = 30;
                 options.deletes = 0;
                 options.sessions = options.roaming = 100;
                 options.gossip_ms = 100;
                 options.fault_gap_ms = 50;
                 options.faults.fill(false);
                 with(options, {Fault::kill, Fault::isolate, Fault::lose_disk});
               }},

    PlantedBug{Bug::incarnation_kept, "incarnation-kept", "a process goes on with the incarnation of the one before"},
    PlantedBug{Bug::incarnation_from_disk_only, "incarnation-from-disk-only",
               "a process on an empty disk begins with the first incarnation again", lost_disks},
    PlantedBug{Bug::sends_before_commit, "sends-before-commit",
               "acknowledgements and reports leave before the turn is committed",
               [](Options& options) {
                 options.nodes = 3;
                 options.keys = 30;
                 options.levels = 100;
                 options.reads = 80;
                 options.sessions = 0;
                 options.gossip_ms = 1000;  // who lost what it acknowledged is not soon told of it
                 options.fault_gap_ms = 25;
                 options.speed.sync_min_us = 10000;
                 options.speed.sync_max_us = 30000;
                 options.faults.fill(false);
                 with(options, {Fault::power_cut, Fault::power_in_commit, Fault::split, Fault::isolate});
               }},
    PlantedBug{Bug::reports_before_commit, "reports-before-commit",
               "the questions of gossip leave before the turn is committed",
               [](Options& options) {
                 options.gossip_ms = 50;
                 options.fault_gap_ms = 50;
                 options.speed.sync_min_us = 10000;
                 options.speed.sync_max_us = 30000;
                 options.faults.fill(false);
                 with(options, {Fault::power_cut, Fault::power_in_commit});
               }},
    PlantedBug{Bug::effects_before_sync, "effects-before-sync",
               "messages and replies leave when the commit is written but not synced", power_cuts},
    PlantedBug{Bug::commits_not_synced, "commits-not-synced", "most commits are never synced", power_cuts},
    PlantedBug{Bug::turn_ahead_is_blind, "turn-ahead-is-blind",
               "a turn that is stepped during a commit does not see what is being committed",
               [](Options& options) { options.cache_bytes = 0; }},
    PlantedBug{Bug::goes_on_after_failed_write, "goes-on-after-failed-write", "a failed commit is taken for a good one",
               failed_writes},
    PlantedBug{Bug::clock_not_written, "clock-not-written", "the node clock is not written with the entries", kills},

    PlantedBug{Bug::read_not_written_back, "read-not-written-back",
               "a read answers with the newest of a quorum, and tells nobody", tokens_and_kills, "atomic"},
    PlantedBug{Bug::write_back_not_awaited, "write-back-not-awaited", "a read answers while it tells the others",
               tokens_and_many_cuts, "atomic"},
    PlantedBug{Bug::writer_reads_itself, "writer-reads-itself", "the writer answers reads with its own record",
               tokens_and_kills, "atomic"},
    PlantedBug{Bug::writer_answers_early, "writer-answers-early", "a change is answered when the writer alone has it",
               tokens_and_cuts, "atomic"},
    PlantedBug{Bug::refuses_unasked, "refuses-unasked", "a writer refuses by its own record", tokens_and_drops,
               "atomic"},
    PlantedBug{Bug::stamp_without_life, "stamp-without-life", "stamps begin again with each process", tokens_and_kills,
               "atomic"},
    PlantedBug{Bug::drop_forgets_stamp, "drop-forgets-stamp", "a drop erases the record", tokens_and_drops, "atomic"},
    PlantedBug{Bug::older_stamp_overwrites, "older-stamp-overwrites", "a holder takes whatever comes last",
               tokens_and_cuts, "atomic"},
    PlantedBug{Bug::holder_counted_twice, "holder-counted-twice", "two answers of one holder count as two",
               tokens_and_cuts, "atomic"},
    PlantedBug{Bug::late_answers_counted, "late-answers-counted",
               "an answer to an operation that is over counts for another", tokens_and_late_messages, "atomic"},
    PlantedBug{Bug::majority_of_those_alive, "majority-of-those-alive",
               "a quorum is one of the holders that were heard of lately", tokens_and_cuts, "atomic"},
    PlantedBug{Bug::lost_holder_answers, "lost-holder-answers",
               "a holder on an empty disk takes part without asking the others", tokens_and_lost_disks, "atomic"},
};

}  // namespace

std::span<const PlantedBug> planted_bugs() { return bugs; }

const PlantedBug* planted_bug_named(std::string_view name) {
  const auto* found = std::find_if(bugs.begin(), bugs.end(), [&](const PlantedBug& bug) { return bug.name == name; });
  return found == bugs.end() ? nullptr : found;
}

}  // namespace kin::sim
