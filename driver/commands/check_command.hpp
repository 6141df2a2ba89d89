// kin-driver check causal|linearizable HISTORY
#pragma once

#include <string>

namespace kin::driver {

// Both print the verdict and return 0 clean, 1 violation, 2 gave up (the history does not suffice, or the search took
// too long), 3 bad input.
int check_causal_history(const std::string& file, bool json);
int check_register_history(const std::string& file, bool json);

}  // namespace kin::driver
