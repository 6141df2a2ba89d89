// Which command of a program was typed, as CLI11 has parsed it.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace kin {

// The innermost one; the program itself where there is none.
const CLI::App& innermost(const CLI::App& app);
// kin cluster status
std::string command_path(const CLI::App& app);
// Its help, which ends with a line break.
std::string help_of(const CLI::App& app);

}  // namespace kin
