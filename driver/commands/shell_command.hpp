// shell: the same commands line by line.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/cli/command_tree.hpp"

namespace kin::driver {

struct ShellCommand {
  std::string dir;
  bool json = false;
};

using RunWords = std::function<int(const std::vector<std::string>& args)>;

// `run` parses and runs the words behind the program's name. The exit code: see run_shell.
int shell(const ShellCommand& command, const CommandTree& tree, const RunWords& run);

// What may stand for a value, for completion. ID: the nodes of the cluster in this folder; none where there is none.
// SCENARIO: the project's scenarios.
std::vector<std::string> known_values(const std::string& value, const std::string& dir);

}  // namespace kin::driver
