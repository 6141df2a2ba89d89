// The exit codes that all programs share, for their help; docs/operations.md has the table.
#pragma once

#include <string>
#include <vector>

namespace kin {

// "Exit codes: 0 ok, 2 usage, ..." in lines of at most 100 columns. The codes are those of exit_code(), 0 and 130.
std::string exit_codes_help(const std::vector<int>& codes);

}  // namespace kin
