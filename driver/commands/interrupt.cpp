#include "driver/commands/interrupt.hpp"

#include <signal.h>

#include <initializer_list>

namespace kin::driver {

namespace {

volatile sig_atomic_t interrupts = 0;

void remember(int) { interrupts = 1; }

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = remember;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
}

void forget_interrupts() {
  interrupts = 0;
  for (int signal : {SIGTERM, SIGHUP}) ::signal(signal, SIG_DFL);
  struct sigaction action {};
  action.sa_handler = remember;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
}

bool interrupted() { return interrupts != 0; }

}  // namespace kin::driver
