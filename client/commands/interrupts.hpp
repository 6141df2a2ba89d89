// Ctrl-C while a command waits for a node.
#pragma once

namespace kin {

// SIGINT and SIGTERM make the returned descriptor readable, so that the waiting ends and the history gets its line; the
// second one ends the process. -1 when there can be no pipe.
int watch_for_interrupts();

// The signal that came last.
int last_interrupt();

// Whether one came, by the descriptor; -1: never.
bool is_interrupted(int interrupt_fd);

// For a program that goes on with the next command: forgets interrupts that came, and from now on SIGINT never ends the
// process, but SIGTERM does at once.
void watch_next_command();

}  // namespace kin
