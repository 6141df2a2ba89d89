#include "driver/commands/shell_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "common/cli/line_editor.hpp"
#include "common/cli/shell.hpp"
#include "common/config/cluster_config.hpp"
#include "common/wire/status.hpp"
#include "driver/cluster/run_files.hpp"
#include "driver/commands/interrupt.hpp"
#include "driver/commands/run_commands.hpp"

namespace kin::driver {

namespace {

constexpr const char* help =
    "Every command of kin-driver as outside, without `kin-driver` in front; --dir and -o hold for all lines, and a "
    "line may\n"
    "say otherwise. `exit` or Ctrl-D is the end, Ctrl-C leaves the line or the command.\n";

bool says(const std::vector<std::string>& words, const std::string& flag) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return word == flag || word.starts_with(flag + '=') || (flag == "--output" && word.starts_with("-o"));
  });
}

}  // namespace

std::vector<std::string> known_values(const std::string& value, const std::string& dir) {
  if (value == "SCENARIO") return scenario_names();
  if (value != "ID") return {};
  const auto config = load_cluster_config(cluster_file(dir), {});
  return config ? names_of(*config) : std::vector<std::string>();
}

int shell(const ShellCommand& command, const CommandTree& tree, const RunWords& run) {
  const bool terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  ShellParts parts;
  parts.program = "kin-driver";
  parts.history_file = terminal ? state_file("kin-driver-history") : "";
  parts.help = help;
  // Before the line is read: an interrupt right behind Enter is meant for the command.
  parts.prompt = [&] {
    forget_interrupts();
    return "kin-driver " + command.dir + "> ";
  };
  parts.run = [&](const std::vector<std::string>& words) {
    if (words.front() == "shell") {
      std::cerr << "kin-driver: this is a shell already" << std::endl;
      return exit_code(Status::usage);
    }
    std::vector<std::string> args;
    if (!says(words, "--dir")) args.insert(args.end(), {"--dir", command.dir});
    if (command.json && !says(words, "--output")) args.insert(args.end(), {"--output", "json"});
    args.insert(args.end(), words.begin(), words.end());
    return run(args);
  };
  parts.complete = [&](const std::vector<std::string>& before, const std::string& typed) {
    return candidates(tree, before, typed, [&](const std::string& value) { return known_values(value, command.dir); });
  };
  return run_shell(parts, terminal, std::cin, std::cout, std::cerr);
}

}  // namespace kin::driver
