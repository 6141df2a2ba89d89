// The command line of kin as CLI11 knows it. Seen by the files of the grammar only: CLI11 is dear to compile.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "client/cli/command_line.hpp"

namespace kin {

// A flag's text becomes a value, or CLI11's own kind of error.
template <class Value>
Value checked(const std::string& flag, tl::expected<Value, std::string> value) {
  if (!value) throw CLI::ValidationError(flag, value.error());
  return std::move(*value);
}

struct Grammar {
  CLI::App app{"kin: a replicated key-value store that never hides a conflict", "kin"};
  Globals globals;
  std::string timeout_text, output_text = "text";
  // By the path of the command: builds the struct from what the flags hold.
  std::map<const CLI::App*, std::function<Command()>> commands;

  Grammar();
  void global_flags();
  void data_commands();
  void read_command();
  void add_update_command();
  void delete_command();
  void explain_command();
  void keys_command();
  void watch_commands();
  void resolve_command();
  void vclock_commands();
  void cluster_commands();
  void log_commands();
  void bench_command();
  void shell_commands();
  void fault_commands();
  void silence_command(CLI::App& fault);
  void token_commands();
  void token_write_command(CLI::App& token);

  CLI::App* command(CLI::App& parent, const std::string& name, const std::string& what,
                    const std::vector<std::string>& aliases = {}) {
    CLI::App* made = parent.add_subcommand(name, what);
    for (const std::string& alias : aliases) made->alias(alias);
    return made;
  }
  static CLI::App* group(CLI::App& parent, const std::string& name, const std::string& what) {
    CLI::App* made = parent.add_subcommand(name, what);
    made->require_subcommand(1);
    return made;
  }
};

}  // namespace kin
