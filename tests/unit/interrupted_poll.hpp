// Signals that arrive at the worst moment, and often: poll(2), which ZeroMQ calls wherever it could wait, also
// where it is told not to, is broken off with EINTR.
#pragma once

namespace kin::test {

// While one is there, a third of the calls of poll in this thread are broken off, in an order without a pattern that is
// the same each time. Not more than one at a time.
class InterruptedPoll {
 public:
  InterruptedPoll();
  ~InterruptedPoll();
  InterruptedPoll(const InterruptedPoll&) = delete;
  InterruptedPoll& operator=(const InterruptedPoll&) = delete;

  int count() const;  // calls that were broken off
};

}  // namespace kin::test
