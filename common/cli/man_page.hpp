// The manual page of a program, from the same definitions as its --help.
#pragma once

#include <string>

#include "common/cli/command_tree.hpp"

namespace kin {

// Section 1, in the man macros of roff.
std::string man_page(const CommandTree& program, const std::string& version);

}  // namespace kin
