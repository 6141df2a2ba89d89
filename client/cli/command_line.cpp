#include "client/cli/command_line.hpp"

#include <memory>

#include "client/cli/argument_values.hpp"
#include "client/cli/grammar.hpp"
#include "client/render/bytes.hpp"
#include "common/cli/exit_codes.hpp"
#include "common/cli/parsed_command.hpp"
#include "common/cli/wrong_line.hpp"

namespace kin {
namespace {

constexpr const char* version = "kin 0.1.0";

Output output_named(const std::string& text) {
  if (text == "json") return Output::json;
  return text == "raw" ? Output::raw : Output::text;
}

}  // namespace

Grammar::Grammar() {
  app.fallthrough();  // inherited by all commands: global flags work before and behind them
  app.require_subcommand(1);
  app.set_version_flag("--version", version, "which version this is");
  app.set_help_flag("-h,--help", "what can be typed, and what it does");
  app.footer("Flags that say where and how (kin --help) work before and behind a command.\n" +
             exit_codes_help({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 130}));
  global_flags();
  data_commands();
  watch_commands();
  resolve_command();
  vclock_commands();
  cluster_commands();
  log_commands();
  token_commands();
  bench_command();
  fault_commands();
  shell_commands();
}

void Grammar::global_flags() {
  app.add_option("--config", globals.config, "the cluster file (or KIN_CONFIG)")->type_name("FILE");
  app.add_option("--endpoints", globals.endpoints, "host:port,host:port, tried in order (or KIN_ENDPOINTS)")
      ->type_name("LIST");
  app.add_option("--node", globals.node, "only this node; needs the cluster file")->type_name("ID");
  app.add_option("--timeout", timeout_text, "how long an answer may take: 500ms, 2s, 1m (2s; cluster wait: 30s)")
      ->type_name("TIME");
  app.add_option("-o,--output", output_text, "text, json or raw")
      ->check(CLI::IsMember(std::vector<std::string>{"text", "json", "raw"}))
      ->type_name("FORM");
  app.add_option("-b,--bucket", globals.bucket, "the bucket (default)")->type_name("NAME");
  app.add_option("--session", globals.session, "a file that remembers what was seen, for the next write")
      ->type_name("FILE");
  app.add_option("--history", globals.history, "a file to which all that was done is appended, for a checker")
      ->type_name("FILE");
  app.add_option("--as", globals.as, "how to name this client (user@host:pid)")->type_name("NAME");
  app.add_flag("--quiet", globals.quiet, "values and verdicts only");
  app.add_flag("--no-color", globals.no_color, "no colours (or NO_COLOR)");
}

void Grammar::vclock_commands() {
  CLI::App* vclock = group(app, "vclock", "vector clocks and contexts, without a node");
  auto clocks = std::make_shared<VclockCompareCommand>();
  CLI::App* compare = command(*vclock, "compare", "equal, before, after or concurrent");
  compare->add_option("A", clocks->a, "[3,1,3] or {\"n1\":3}")->required();
  compare->add_option("B", clocks->b)->required();
  commands[compare] = [clocks] { return *clocks; };
  auto context = std::make_shared<VclockDecodeCommand>();
  CLI::App* decode = command(*vclock, "decode", "what a context says that its reader had seen");
  decode->add_option("CONTEXT", context->context, "k1....")->required();
  commands[decode] = [context] { return *context; };
}

void Grammar::shell_commands() {
  commands[command(app, "shell", "the same commands line by line, with history and completion, or from a pipe")] = [] {
    return ShellCommand{};
  };
  auto made = std::make_shared<CompletionCommand>();
  CLI::App* completion = command(app, "completion", "a script that teaches your shell to complete commands of kin");
  completion->add_option("SHELL", made->shell)
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>{"bash", "zsh", "fish"}));
  commands[completion] = [made] { return *made; };
}

tl::expected<Invocation, NothingToRun> parse_command_line(const std::vector<std::string>& args,
                                                          const EnvironmentVariables& environment) {
  Grammar grammar;
  CLI::App& app = grammar.app;
  Globals& globals = grammar.globals;
  try {
    app.parse(std::vector<std::string>(args.rbegin(), args.rend()));  // CLI11 takes them from the back
    globals.output = output_named(grammar.output_text);
    globals.bucket_given = app.count("--bucket") > 0;
    globals.timeout_given = app.count("--timeout") > 0;
    if (globals.timeout_given) globals.timeout = checked("--timeout", parse_duration(grammar.timeout_text));
    if (!globals.config.empty()) globals.command += " --config " + shell_word(globals.config);
    if (!globals.endpoints.empty()) globals.command += " --endpoints " + shell_word(globals.endpoints);
    if (globals.bucket_given) globals.command += " -b " + shell_word(globals.bucket);
    if (!globals.session.empty()) globals.command += " --session " + shell_word(globals.session);
    if (!globals.as.empty()) globals.command += " --as " + shell_word(globals.as);
    if (globals.config.empty() && globals.endpoints.empty()) {
      globals.config = environment.config;
      globals.endpoints = environment.endpoints;
    }
    Command command = grammar.commands.at(&innermost(app))();
    return Invocation{globals, std::move(command)};
  } catch (const CLI::CallForHelp&) {
    return tl::unexpected(NothingToRun{help_of(app), "", "", Output::text});
  } catch (const CLI::CallForVersion&) {
    return tl::unexpected(NothingToRun{std::string(version) + '\n', "", "", Output::text});
  } catch (const CLI::ParseError& error) {
    const WrongLine wrong = wrong_line(error, app, args);
    return tl::unexpected(NothingToRun{"", escaped(wrong.problem), escaped(wrong.hint),
                                       asks_for_json(args) ? Output::json : Output::text});
  }
}

CommandTree command_tree() {
  const Grammar grammar;
  return tree_of(grammar.app);
}

std::string version_text() { return version; }

}  // namespace kin
