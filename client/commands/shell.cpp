// kin shell: the same commands, line by line.
#include "common/cli/shell.hpp"

#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "client/commands/address_book.hpp"
#include "client/commands/interrupts.hpp"
#include "client/commands/run.hpp"
#include "client/commands/terminal.hpp"
#include "common/cli/completion_scripts.hpp"
#include "common/cli/line_editor.hpp"
#include "common/config/cluster_config.hpp"

namespace kin {
namespace {

constexpr const char* help =
    "Every command of kin as outside, without `kin` in front. Flags that `kin shell` was given hold for all lines, and "
    "a line\n"
    "may say otherwise. Besides:\n"
    "  use ID         from now on only this node; `use any`: whichever answers\n"
    "  session FILE   from now on this session; `session none`: none\n"
    "  help, exit     this; the end (Ctrl-D too). Ctrl-C leaves the line, or what a command waits for\n"
    "Words in quotes keep their blanks. Lines that begin with # do nothing.\n";

// What holds for all lines, in the spelling of flags.
class Defaults {
 public:
  explicit Defaults(const Globals& globals) : globals_(globals) {}

  std::vector<std::string> in_front_of(const std::vector<std::string>& words) const {
    std::vector<std::string> out;
    const auto said = [&](const std::string& flag, const std::string& letter) {
      for (const std::string& word : words) {
        if (word == "--") return false;
        if (word == flag || word.starts_with(flag + '=') || (!letter.empty() && word.starts_with(letter))) return true;
      }
      return false;
    };
    const auto add = [&](const char* flag, const std::string& value, const char* letter = "") {
      if (!value.empty() && !said(flag, letter)) out.insert(out.end(), {flag, value});
    };
    add("--config", globals_.config);
    add("--endpoints", globals_.endpoints);
    add("--node", globals_.node);
    add("--session", globals_.session);
    add("--history", globals_.history);
    add("--as", globals_.as);
    if (globals_.bucket_given) add("--bucket", globals_.bucket, "-b");
    if (globals_.timeout_given) add("--timeout", std::to_string(globals_.timeout.count()) + "ms");
    if (globals_.output == Output::json) add("--output", "json", "-o");
    if (globals_.output == Output::raw) add("--output", "raw", "-o");
    if (globals_.quiet) out.emplace_back("--quiet");
    if (globals_.no_color) out.emplace_back("--no-color");
    out.insert(out.end(), words.begin(), words.end());
    return out;
  }

  std::string prompt() const {
    std::string out = "kin " + (globals_.node.empty() ? "any" : globals_.node);
    if (!globals_.session.empty()) out += " [" + std::filesystem::path(globals_.session).filename().string() + ']';
    return out + "> ";
  }

  int use(const std::string& node, Screen& screen) {
    Globals changed = globals_;
    changed.node = node == "any" ? "" : node;
    if (const auto book = AddressBook::open(changed); !book) return screen.fail(book.error());
    globals_ = changed;
    return 0;
  }
  void session(const std::string& file) { globals_.session = file == "none" ? "" : file; }

  std::vector<std::string> nodes() const {
    if (globals_.config.empty()) return {};
    const auto config = load_cluster_config(globals_.config, {});
    return config ? names_of(*config) : std::vector<std::string>();
  }

 private:
  Globals globals_;
};

std::optional<Failure> not_here(const Invocation& line, bool terminal) {
  if (std::holds_alternative<ShellCommand>(line.command)) return usage_failure("this is a shell already");
  const auto* update = std::get_if<AddUpdateCommand>(&line.command);
  if (update != nullptr && update->file == "-" && !terminal) {
    return usage_failure("standard input holds the commands here: give the value, or another file");
  }
  return std::nullopt;
}

}  // namespace

int run_command(const ShellCommand&, const CommandContext& context) {
  const bool terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  Defaults defaults(context.globals);
  ShellParts parts;
  parts.program = "kin";
  parts.history_file = terminal ? state_file("kin-history") : "";
  parts.help = help;
  parts.own_words = {"use", "session"};
  // Before the line is read: an interrupt right behind Enter is meant for the command.
  parts.prompt = [&] {
    watch_next_command();
    return defaults.prompt();
  };
  parts.run = [&](const std::vector<std::string>& words) {
    if (words.size() == 2 && words[0] == "use") return defaults.use(words[1], context.screen);
    if (words.size() == 2 && words[0] == "session") {
      defaults.session(words[1]);
      return 0;
    }
    return run_arguments(defaults.in_front_of(words), environment_variables(), context.interrupt_fd,
                         [&](const Invocation& line) { return not_here(line, terminal); });
  };
  const CommandTree tree = command_tree();
  parts.complete = [&](const std::vector<std::string>& before, const std::string& typed) {
    const auto nodes = [&](const std::string& value) {
      return value == "ID" ? defaults.nodes() : std::vector<std::string>();
    };
    Candidates found;
    if (before.size() == 1 && before.front() == "use") {
      for (const std::string& node : nodes("ID")) {
        if (node.starts_with(typed)) found.words.push_back({node, ""});
      }
      return found;
    }
    found = candidates(tree, before, typed, nodes);
    for (const char* own : {"use", "session"}) {
      if (before.empty() && std::string(own).starts_with(typed)) found.words.push_back({own, ""});
    }
    return found;
  };
  return run_shell(parts, terminal, std::cin, std::cout, std::cerr);
}

int run_command(const CompletionCommand& command, const CommandContext& context) {
  context.screen.print(completion_script(command.shell, "kin"));
  return 0;
}

}  // namespace kin
