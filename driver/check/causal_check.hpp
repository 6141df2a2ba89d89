// Judges a history of the causal tier: was anything lost, kept wrongly, brought back or made up?
//
// What the history proves. Values are unique per key, so a value names the put that wrote it. Of each write it is known
// that it had seen
//   - the values that it says it replaced (`replaced`; for an implied past this is all that is known), and
//   - with the context of an operation: what that operation showed (a read), wrote (a put), or had itself seen (both
//     kinds of write; for a read, what the writers of the shown values had seen).
// This is taken transitively: who has seen a write has seen what that write had seen. The true past may be larger (a
// context also covers values that were superseded before anybody read them), never smaller. So every verdict below
// needs only that what is listed was seen; none needs that what is not listed was not, with one exception: a value that
// is gone must have been removed by a write that says so. That is sound, since the first write that removed a live
// value either lists it in `replaced` or carries a context that showed it.
//
// What is not known, and excuses: a write with outcome `unknown` and an implied past may have replaced anything that
// was there, provided that it is a delete or its value was seen by somebody; so may a write that is ok but has no
// `replaced`.
//
// A write that was sent twice (`sent_again`) may have been taken twice, as two values that print alike: a write that
// had seen the one leaves the other.
//
// What is judged:
//   lost             an acknowledged put whose value no final read shows and that no write had seen
//   conflict_missed  the same, where a final read shows the value of a write that ran at another node or at the same
//                    time, and neither had seen the other: both should stand
//   false_conflict   a read shows two values although the writer of one had seen the other
//   resurrected      a final read shows a value although a write that had seen it certainly happened
//   thin_air         a value that nobody wrote to that key, whose put certainly failed, or that was seen before its put
//                    began
//   cycle            two or more writes each of which had seen the other
//   diverged         the last final reads of two nodes differ
//   own_write_missed a read of a session does not show what the session wrote, nor what came after it
//   went_back        a read of a session shows an older state than the session has seen (session_check.hpp)
// A plain read proves nothing about what it does not show: with R = 1 it may be behind.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "driver/check/causal_history.hpp"

namespace kin::check {

enum class Wrong {
  lost,
  conflict_missed,
  false_conflict,
  resurrected,
  thin_air,
  cycle,
  diverged,
  own_write_missed,
  went_back
};

std::string_view name(Wrong wrong);  // "lost", "conflict missed", ...

struct Violation {
  Wrong wrong = Wrong::lost;
  std::string key;
  std::string story;                    // a sentence that names the operations with their lines
  std::vector<std::size_t> operations;  // their positions in the history
};

struct CausalVerdict {
  std::vector<Violation> violations;
  std::vector<std::string> not_judged;  // what the history does not suffice for, or took too long

  bool clean() const { return violations.empty() && not_judged.empty(); }
};

// `most_steps` bounds the searches for who had seen whom (seen_order.hpp); what goes beyond it is not judged.
CausalVerdict check_causal(const CausalHistory& history, std::size_t most_steps = 200'000'000);

}  // namespace kin::check
