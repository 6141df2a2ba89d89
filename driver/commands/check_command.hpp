// kin-driver check causal HISTORY
#pragma once

#include <string>

namespace kin::driver {

// Prints the verdict. Returns 0 clean, 1 violation, 2 gave up (the history does not suffice), 3 bad input.
int check_causal_history(const std::string& file, bool json);

}  // namespace kin::driver
