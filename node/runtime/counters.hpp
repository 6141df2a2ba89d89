// What the runtime counts from the start of the process; shown by status under these names.
#pragma once

#include <cstdint>

namespace kin {

struct RuntimeCounters {
  std::uint64_t turns = 0;
  std::uint64_t calls = 0;          // client requests that were taken up
  std::uint64_t calls_refused = 0;  // too many open
  std::uint64_t calls_expired = 0;  // no reply came long after the deadline
  std::uint64_t replies = 0;
  std::uint64_t replies_unwanted = 0;  // to calls that were not open any more
  std::uint64_t peer_messages = 0;     // taken
  std::uint64_t sends = 0;             // to peers, asked for by protocols
  std::uint64_t jobs = 0;              // asked for by protocols
  std::uint64_t jobs_done = 0;         // the others are under way, or were cancelled
  std::uint64_t malformed = 0;
  std::uint64_t newer_version = 0;
  std::uint64_t other_cluster = 0;
  std::uint64_t not_a_member = 0;
  std::uint64_t kept_away_by_fault = 0;  // items that came while a fault kept their senders away
};

}  // namespace kin
