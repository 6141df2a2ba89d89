// One command line of kin from words to exit code, on this process's standard streams.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/command_line.hpp"
#include "client/commands/screen.hpp"

namespace kin {

Screen screen_for(const Globals& globals);

// Why a command that can be typed elsewhere cannot be run here; nothing where it can.
using Veto = std::function<std::optional<Failure>(const Invocation&)>;

// Parses and runs `args`, the words behind the program's name; help and what is wrong with them are printed. Returns
// the exit code. interrupt_fd: see ClientOptions.
int run_arguments(const std::vector<std::string>& args, const EnvironmentVariables& environment, int interrupt_fd,
                  const Veto& veto = {});

// How wide the terminal is that this leads to; 0 where it leads to none.
std::size_t terminal_columns(int fd);

// An environment variable; empty where it is not set.
std::string environment_variable(const char* name);
EnvironmentVariables environment_variables();

}  // namespace kin
