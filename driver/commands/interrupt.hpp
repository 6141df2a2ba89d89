// Ctrl-C, and being told to end: commands that would leave processes behind finish in order.
#pragma once

namespace kin::driver {

inline constexpr int interrupted_exit_code = 130;

// From now on SIGINT, SIGTERM and SIGHUP are remembered and do not end the program.
void catch_interrupts();
bool interrupted();
// For a program that goes on with the next command: what came is forgotten; of the three only SIGINT does not end it.
void forget_interrupts();

}  // namespace kin::driver
