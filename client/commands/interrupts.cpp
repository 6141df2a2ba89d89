#include "client/commands/interrupts.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>

namespace kin {
namespace {

int interrupt_pipe[2] = {-1, -1};
volatile std::sig_atomic_t last_signal = SIGINT;

extern "C" void on_interrupt(int signal) {
  last_signal = signal;
  const char byte = 0;
  [[maybe_unused]] const ssize_t n = ::write(interrupt_pipe[1], &byte, 1);
}

void handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

int watch_for_interrupts() {
  if (::pipe2(interrupt_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
  handle(SIGINT, on_interrupt, SA_RESETHAND);
  handle(SIGTERM, on_interrupt, SA_RESETHAND);
  return interrupt_pipe[0];
}

int last_interrupt() { return last_signal; }

bool is_interrupted(int interrupt_fd) {
  pollfd fd{interrupt_fd, POLLIN, 0};
  return ::poll(&fd, 1, 0) > 0;
}

void watch_next_command() {
  char bytes[64];
  while (::read(interrupt_pipe[0], bytes, sizeof bytes) > 0) {
  }
  handle(SIGINT, on_interrupt, 0);
  handle(SIGTERM, SIG_DFL, 0);
}

}  // namespace kin
