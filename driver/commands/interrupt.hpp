// Ctrl-C, and being told to end: commands that would leave processes behind finish in order.
#pragma once

namespace kin::driver {

inline constexpr int interrupted_exit_code = 130;

// From now on SIGINT, SIGTERM and SIGHUP are remembered and do not end the program.
void catch_interrupts();
bool interrupted();

}  // namespace kin::driver
