// kin-driver: clusters on this machine, faults, scenarios, checks.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "client/render/bytes.hpp"
#include "common/cli/completion_scripts.hpp"
#include "common/cli/exit_codes.hpp"
#include "common/cli/man_page.hpp"
#include "common/cli/parsed_command.hpp"
#include "common/cli/standard_output.hpp"
#include "common/cli/wrong_line.hpp"
#include "common/wire/status.hpp"
#include "driver/commands/check_command.hpp"
#include "driver/commands/cluster_commands.hpp"
#include "driver/commands/complaint.hpp"
#include "driver/commands/report_command.hpp"
#include "driver/commands/run_commands.hpp"
#include "driver/commands/shell_command.hpp"

namespace {

using namespace kin::driver;
using kin::CommandTree;
namespace driver = kin::driver;

struct Arguments {
  std::string dir = "logs/run";
  std::string output = "text";
  std::string node;
  std::string durability;
  std::string history_file;
  std::optional<std::uint64_t> seed;
  UpCommand up;
  RestartCommand restart;
  RunCommand run;
  ReportCommand report;
  std::string shell;

  bool json() const { return output == "json"; }
};

constexpr const char* set_aside = "when its data is damaged, move it aside and refill from the other nodes";

// What a command does; set when it is parsed.
using Action = std::function<int()>;

CLI::App* command(CLI::App& parent, const char* name, const char* help, Action& action, Action run) {
  CLI::App* sub = parent.add_subcommand(name, help);
  sub->fallthrough();
  sub->callback([&action, run = std::move(run)] { action = run; });
  return sub;
}

void add_cluster_commands(CLI::App& app, Arguments& arguments, Action& action) {
  CLI::App* start = command(app, "up", "start a cluster; it stays up", action, [&] {
    arguments.up.dir = arguments.dir;
    arguments.up.json = arguments.json();
    if (!arguments.durability.empty())
      arguments.up.durability = arguments.durability == "os" ? kin::Durability::os : kin::Durability::fsync;
    return up(arguments.up);
  });
  start->add_option("-n,--nodes", arguments.up.nodes, "how many nodes (as many as before, else 5)")
      ->check(CLI::Range(1, 64));
  start->add_option("--durability", arguments.durability, "fsync, or os: leave it to the page cache")
      ->check(CLI::IsMember({"fsync", "os"}));
  start->add_option("--like", arguments.up.like, "a cluster file to take buckets, limits and tokens from")
      ->check(CLI::ExistingFile);
  start->add_flag("--fresh", arguments.up.fresh, "delete what an earlier cluster left in DIR");
  start->add_flag("--set-aside-damaged", arguments.up.set_aside_damaged, set_aside);

  command(app, "down", "end the cluster", action, [&] { return down(arguments.dir, arguments.json()); });
  command(app, "status", "processes, faults, who sees whom", action,
          [&] { return status(arguments.dir, arguments.json()); });

  CLI::App* again = command(app, "restart", "start a node again on its data", action, [&] {
    arguments.restart.dir = arguments.dir;
    arguments.restart.json = arguments.json();
    return restart(arguments.restart);
  });
  again->add_option("ID", arguments.restart.node, "the node")->required();
  again->add_flag("--set-aside-damaged", arguments.restart.set_aside_damaged, set_aside);

  const std::pair<NodeFault, const char*> faults[] = {
      {NodeFault::kill, "end a node's process at once (SIGKILL)"},
      {NodeFault::pause, "stop a node's process where it is (SIGSTOP)"},
      {NodeFault::resume, "let it go on"},
      {NodeFault::offline, "neither clients nor peers reach the node"},
      {NodeFault::online, "undo offline and isolate"},
      {NodeFault::isolate, "cut a node's peers; its clients are served"},
      {NodeFault::join, "undo isolate and offline"},
  };
  for (const auto& [fault, help] : faults) {
    CLI::App* sub = command(app, name(fault), help, action, [&arguments, kind = fault] {
      return disturb(arguments.dir, arguments.node, kind, arguments.json());
    });
    sub->add_option("ID", arguments.node, "the node")->required();
  }
  command(app, "toggle", "offline if it is not, else online", action,
          [&] { return toggle(arguments.dir, arguments.node, arguments.json()); })
      ->add_option("ID", arguments.node, "the node")
      ->required();
}

void add_scenario_commands(CLI::App& app, Arguments& arguments, Action& action) {
  CLI::App* play = command(app, "run", "play scenarios, each on a fresh cluster", action, [&] {
    arguments.run.dir = arguments.dir;
    arguments.run.json = arguments.json();
    if (arguments.run.simulated && !arguments.seed) arguments.seed = std::random_device()();
    arguments.run.seed = arguments.seed.value_or(0);
    return run(arguments.run);
  });
  play->add_option("SCENARIO", arguments.run.scenarios, "files, or names that `list` shows")->required();
  CLI::Option* keep = play->add_flag("--keep", arguments.run.keep, "leave the cluster up");
  CLI::Option* simulated =
      play->add_flag("--sim", arguments.run.simulated, "in the simulator: virtual time, no processes")->excludes(keep);
  play->add_option("--seed", arguments.seed, "of the simulation; the same seed gives the same run (default: drawn)")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{INT64_MAX}))  // what is too large is read as UINT64_MAX
      ->needs(simulated);
  play->add_option("--history", arguments.run.history, "write what the clients did to this file too; of one scenario");
  command(app, "list", "the scenarios of the project", action, [&] { return list(arguments.json()); });

  CLI::App* page = command(app, "report", "a run as one HTML page, which opens without a network", action, [&] {
    if (arguments.report.run.empty()) arguments.report.run = arguments.dir;
    arguments.report.json = arguments.json();
    return report(arguments.report);
  });
  page->add_option("DIR", arguments.report.run, "what `run` left, of one scenario or of several (logs/run)");
  page->add_option("--html", arguments.report.html, "where the page goes (DIR/report.html)")->type_name("FILE");

  CLI::App* check = app.add_subcommand("check", "judge a history: 0 clean, 1 violation, 2 gave up, 3 bad input");
  check->footer("Exit codes: 0 clean; 1 violation; 2 gave up, or usage; 3 bad input");
  check->require_subcommand(1);
  check->fallthrough();
  const auto judge = [&](const char* name, const char* help, int (*run)(const std::string&, bool)) {
    command(*check, name, help, action, [&arguments, run] { return run(arguments.history_file, arguments.json()); })
        ->add_option("HISTORY", arguments.history_file, "one JSON object a line")
        ->required();
  };
  judge("causal", "nothing lost, made up, brought back or kept wrongly", check_causal_history);
  judge("linearizable", "for each key one order explains all that was read, written and swapped",
        check_register_history);
}

// The definitions, and what they set; made anew for each line of a shell.
struct Program {
  Arguments arguments;
  Action action;
  CLI::App app{"Clusters of kin on this machine. Without a command: plays the two scenarios of the introduction.",
               "kin-driver"};

  Program();
  int run(const std::vector<std::string>& args);
};

int run_arguments(const std::vector<std::string>& args) { return Program().run(args); }

CommandTree command_tree() { return kin::tree_of(Program().app); }

void add_shell_commands(CLI::App& app, Arguments& arguments, Action& action) {
  command(app, "shell", "the same commands line by line, with history and completion, or from a pipe", action, [&] {
    return shell({arguments.dir, arguments.json()}, command_tree(), run_arguments);
  });
  command(app, "completion", "a script that teaches your shell to complete commands of kin-driver", action,
          [&] {
            std::cout << kin::completion_script(arguments.shell, "kin-driver");
            return 0;
          })
      ->add_option("SHELL", arguments.shell)
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

Program::Program() {
  action = [this] {
    arguments.run.scenarios = seed_scenarios();
    arguments.run.dir = arguments.dir;
    arguments.run.json = arguments.json();
    return driver::run(arguments.run);
  };
  app.set_version_flag("--version", std::string("kin-driver ") + KIN_VERSION, "which version this is");
  app.add_option("--dir", arguments.dir, "the cluster's folder (logs/run)")->type_name("DIR");
  app.add_option("-o,--output", arguments.output, "text or json")->check(CLI::IsMember({"text", "json"}));
  app.require_subcommand(0, 1);
  app.footer(kin::exit_codes_help({0, 1, 2, 3, 5, 6, 7, 11, 130}));  // commands take it over from here
  add_cluster_commands(app, arguments, action);
  add_scenario_commands(app, arguments, action);
  add_shell_commands(app, arguments, action);
}

int Program::run(const std::vector<std::string>& args) {
  try {
    app.parse(std::vector<std::string>(args.rbegin(), args.rend()));  // CLI11 takes them from the back
  } catch (const CLI::CallForHelp&) {
    std::cout << kin::help_of(app);
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    const kin::WrongLine wrong = kin::wrong_line(error, app, args);
    const int code = kin::driver::complain(kin::escaped(wrong.problem), kin::asks_for_json(args));
    std::cerr << kin::escaped(wrong.hint) << '\n';
    return code;
  }
  try {
    return action();
  } catch (const std::exception& error) {
    std::cerr << "kin-driver: " << error.what() << '\n';
    return kin::exit_code(kin::Status::internal);
  }
}

int answer(const std::vector<std::string>& args) {
  // Asked by scripts and by the build, and not shown to people.
  const auto known = [&](const std::string& value) {
    std::string dir = Arguments().dir;
    for (std::size_t i = 0; i + 1 < args.size(); ++i) {
      if (args[i] == "--dir") dir = args[i + 1];
    }
    return known_values(value, dir);
  };
  if (const auto answer = kin::answer_completion(args, command_tree(), known)) {
    std::cout << *answer;
    return 0;
  }
  if (args == std::vector<std::string>{"--man-page"}) {
    std::cout << kin::man_page(command_tree(), std::string("kin-driver ") + KIN_VERSION);
    return 0;
  }
  return run_arguments(args);
}

}  // namespace

int main(int argc, char** argv) { return kin::after_printing(answer({argv + 1, argv + argc}), "kin-driver"); }
