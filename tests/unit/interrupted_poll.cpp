#include "tests/unit/interrupted_poll.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <random>

namespace kin::test {
namespace {

thread_local bool interrupting = false;
thread_local std::minstd_rand dice;
thread_local int interrupted = 0;

}  // namespace

InterruptedPoll::InterruptedPoll() {
  interrupting = true;
  interrupted = 0;
  dice.seed(1);
}

InterruptedPoll::~InterruptedPoll() { interrupting = false; }

int InterruptedPoll::count() const { return interrupted; }

}  // namespace kin::test

// Stands before the C library's, for the shared libraries too.
extern "C" int poll(pollfd* fds, nfds_t count, int timeout_ms) {
  using namespace kin::test;
  if (interrupting && dice() % 3 == 0) {
    ++interrupted;
    errno = EINTR;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_poll, fds, count, timeout_ms));
}
