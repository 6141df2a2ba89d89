// What people type in front of CLI11: the seed's single-dash long flags, and dashes that a text processor made.
#pragma once

#include <string>
#include <vector>

namespace kin {

// The arguments behind the program's name. `-host` becomes `--host` for every name in `long_names`; typographic dashes
// (hyphen, non-breaking hyphen, figure, en and em dash, minus) at the start of an argument become plain ones. All else
// stays as it is, `-p` and negative numbers too.
std::vector<std::string> normalise_arguments(int argc, const char* const* argv,
                                             const std::vector<std::string>& long_names);

}  // namespace kin
