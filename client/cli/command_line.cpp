#include "client/cli/command_line.hpp"

#include <algorithm>
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
  app.set_version_flag("--version", version);
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

namespace {

struct WriteFlags {
  std::string key, level, context;
  bool overwrite = false, new_sibling = false;

  std::optional<wire::Seen> seen(const CLI::Option* context_flag) const {
    if (context_flag->count() > 0) return wire::Seen::context;
    if (overwrite) return wire::Seen::overwrite;
    if (new_sibling) return wire::Seen::nothing;
    return std::nullopt;
  }
};

wire::Level level_of(const std::string& flag, const std::string& text) {
  return text.empty() ? wire::Level{} : checked(flag, parse_level(text));
}

}  // namespace

void Grammar::data_commands() {
  {
    auto flags = std::make_shared<ReadCommand>();
    auto level = std::make_shared<std::string>();
    CLI::App* read = command(app, "read", "show the value of a key, or all its values where they conflict", {"get"});
    read->add_option("KEY", flags->key)->required();
    read->add_option("-R", *level, "how many nodes must answer: a number, quorum or all")->type_name("N");
    read->add_flag("--allow-siblings", flags->allow_siblings, "a conflict is no failure: exit 0");
    commands[read] = [flags, level] {
      flags->level = level_of("-R", *level);
      return *flags;
    };
  }
  {
    auto flags = std::make_shared<WriteFlags>();
    auto made = std::make_shared<AddUpdateCommand>();
    CLI::App* put = command(app, "add_update", "write a value", {"add-update", "put"});
    put->add_option("KEY", flags->key)->required();
    put->add_option("VALUE", made->value);
    put->add_option("--file", made->file, "the value is what this file holds; - is standard input")->type_name("FILE");
    put->add_option("-W", flags->level, "how many nodes must have it on disk: a number, quorum or all")->type_name("N");
    auto* context = put->add_option("--context", flags->context, "replace exactly what this context of a read covers")
                        ->type_name("CONTEXT");
    auto* overwrite = put->add_flag("--overwrite", flags->overwrite, "replace all that the node holds");
    auto* sibling = put->add_flag("--new-sibling", flags->new_sibling, "replace nothing");
    put->add_option("--content-type", made->content_type, "kept with the value: text/plain")->type_name("TYPE");
    auto meta = std::make_shared<std::vector<std::string>>();
    put->add_option("--meta", *meta, "kept with the value, may be repeated: --meta by='till 4'")
        ->type_name("NAME=TEXT")
        ->expected(1)
        ->take_all();
    context->excludes(overwrite)->excludes(sibling);
    overwrite->excludes(sibling);
    commands[put] = [flags, made, context, meta] {
      for (const std::string& pair : *meta) made->meta.insert(checked("--meta", parse_pair(pair, made->meta)));
      made->key = flags->key;
      made->level = level_of("-W", flags->level);
      made->seen = flags->seen(context);
      made->context = flags->context;
      if (made->value.has_value() == made->file.has_value()) {
        throw CLI::ValidationError("VALUE", made->value ? "there are two, an argument and --file"
                                                        : "there is none: give it behind the key, or with --file FILE");
      }
      return *made;
    };
  }
  {
    auto flags = std::make_shared<WriteFlags>();
    CLI::App* remove = command(app, "delete", "remove what the context covers; a concurrent update survives");
    remove->add_option("KEY", flags->key)->required();
    remove->add_option("-W", flags->level, "how many nodes must have it on disk: a number, quorum or all")
        ->type_name("N");
    auto* context = remove->add_option("--context", flags->context, "remove exactly what this context covers")
                        ->type_name("CONTEXT");
    context->excludes(remove->add_flag("--overwrite", flags->overwrite, "remove all that the node holds"));
    auto wait = std::make_shared<std::string>();
    remove->add_option("--wait", *wait, "forgotten: until no node keeps a trace of the key")
        ->check(CLI::IsMember(std::vector<std::string>{"forgotten"}))
        ->type_name("WHAT");
    commands[remove] = [flags, context, wait] {
      return DeleteCommand{flags->key, level_of("-W", flags->level), flags->seen(context), flags->context,
                           !wait->empty()};
    };
  }
  {
    auto flags = std::make_shared<ExplainCommand>();
    CLI::App* explain =
        command(app, "explain", "the story of a conflict: who wrote what, having seen what, and what to type next");
    explain->add_option("KEY", flags->key)->required();
    explain->add_option("--html", flags->html, "the same as a page, too; it opens without a network")
        ->type_name("FILE");
    explain->add_option("--svg", flags->svg, "the same as a picture, too")->type_name("FILE");
    commands[explain] = [flags] { return *flags; };
  }
  {
    auto flags = std::make_shared<KeysCommand>();
    CLI::App* keys = command(app, "keys", "the keys of a bucket, in order");
    keys->add_option("--prefix", flags->prefix, "only keys that begin so");
    keys->add_option("--limit", flags->limit, "at most so many")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000'000}));
    commands[keys] = [flags] { return *flags; };
  }
}

void Grammar::watch_commands() {
  auto conflicts = std::make_shared<ConflictsCommand>();
  CLI::App* list = command(app, "conflicts", "every key that holds more than one value");
  auto* watched = list->add_flag("--watch", conflicts->watch, "and then openings and resolutions as they happen");
  list->add_option("--from", conflicts->from, "go on where a watch ended, with the token that it gave")
      ->needs(watched)
      ->type_name("TOKEN");
  commands[list] = [conflicts] { return *conflicts; };

  auto made = std::make_shared<WatchCommand>();
  CLI::App* watch = command(app, "watch", "every change of a key, or of all keys that begin so, as it happens");
  watch->add_option("KEY", made->key);
  watch->add_option("--prefix", made->prefix, "all keys that begin so; '' is every key")->type_name("P");
  auto* from = watch->add_option("--from", made->from, "go on where a watch ended, with the token that it gave")
                   ->type_name("TOKEN");
  watch->add_flag("--all", made->all, "begin with what is there")->excludes(from);
  commands[watch] = [made] {
    if (made->key.has_value() == made->prefix.has_value()) {
      throw CLI::ValidationError("watch", "say what, in one way: KEY or --prefix P");
    }
    return *made;
  };
}

void Grammar::resolve_command() {
  auto made = std::make_shared<ResolveCommand>();
  auto level = std::make_shared<std::string>();
  CLI::App* resolve = command(app, "resolve", "end a conflict: one value for all that were read");
  resolve->add_option("KEY", made->key)->required();
  resolve->add_option("-W", *level, "how many nodes must have it on disk: a number, quorum or all")->type_name("N");
  resolve->add_flag("--dry-run", made->dry_run, "show the value, and write nothing");
  resolve->add_option("--take", made->take, "the value with this number, as read shows them")->type_name("I");
  resolve->add_option("--value", made->value, "this value")->type_name("V");
  resolve->add_flag("--union", made->union_of_lines, "all lines of all values, each once, sorted");
  resolve
      ->add_option("--merge-cmd", made->merge_command,
                   "what this shell command prints; its arguments are files with the values: sort -u \"$@\"")
      ->type_name("CMD");
  resolve->add_flag("--edit", made->edit, "what is left after editing them in VISUAL or EDITOR");
  commands[resolve] = [made, level] {
    made->level = level_of("-W", *level);
    const int ways = int{made->take.has_value()} + int{made->value.has_value()} + int{made->union_of_lines} +
                     int{made->merge_command.has_value()} + int{made->edit};
    if (ways != 1) {
      throw CLI::ValidationError("resolve",
                                 "say how, in one way: --take I, --value V, --union, --merge-cmd CMD or --edit");
    }
    return *made;
  };
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

void Grammar::cluster_commands() {
  CLI::App* cluster = group(app, "cluster", "all nodes together");
  commands[command(*cluster, "status", "a line for each node")] = [] { return ClusterStatusCommand{}; };
  commands[command(*cluster, "lag", "how many updates each node lacks of each other, and who blocks forgetting")] = [] {
    return ClusterLagCommand{};
  };
  CLI::App* wait = command(*cluster, "wait", "until all nodes answer and hold the same");
  auto converged = std::make_shared<bool>(false);
  wait->add_flag("--converged", *converged, "what to wait for")->required();
  commands[wait] = [this, converged] {
    ClusterWaitCommand made;
    if (globals.timeout_given) made.timeout = globals.timeout;
    return made;
  };
  auto member = std::make_shared<ClusterRemoveCommand>();
  CLI::App* remove = command(*cluster, "remove", "tell all nodes that a member never comes back; may be repeated");
  remove->add_option("ID", member->member)->required();
  commands[remove] = [member] { return *member; };
}

void Grammar::log_commands() {
  CLI::App* log = group(app, "log", "the traces of all nodes together, without a node");
  const auto add = [&](const char* name, LogCommand::Form form, const char* what) {
    auto made = std::make_shared<LogCommand>();
    made->form = form;
    CLI::App* verb = command(*log, name, what);
    verb->add_option("DIR", made->folder, "with n1.trace, n2.trace, ..., or a run's folder")->required();
    commands[verb] = [made] { return *made; };
  };
  add("merge", LogCommand::Form::merged, "all events in one order: nothing before what it had seen");
  add("shiviz", LogCommand::Form::shiviz, "a file that ShiViz loads");
  auto made = std::make_shared<TimelineCommand>();
  CLI::App* timeline =
      command(*log, "timeline", "a page with a space-time diagram: writes, messages, faults, conflicts");
  timeline->add_option("DIR", made->folder, "with n1.trace, n2.trace, ..., or a run's folder")->required();
  timeline->add_option("--key", made->key, "only this key, of all buckets or of the one that -b names")
      ->type_name("KEY");
  CLI::Option* html =
      timeline->add_option("--html", made->html, "the page; it opens without a network")->type_name("FILE");
  CLI::Option* svg =
      timeline->add_option("--svg", made->svg, "instead of a page a picture, for a document")->type_name("FILE");
  html->excludes(svg);
  commands[timeline] = [made] {
    if (made->html.empty() && made->svg.empty()) {
      throw CLI::ValidationError("timeline", "say where it goes: --html FILE, or --svg FILE");
    }
    return *made;
  };
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

void Grammar::fault_commands() {
  CLI::App* fault = group(app, "fault", "break things on purpose, at nodes that run with --enable-faults");
  struct Word {
    const char* name;
    wire::FaultAction action;
    const char* what;
  };
  for (const Word& word :
       {Word{"offline", wire::FaultAction::offline, "neither clients nor peers reach the node"},
        Word{"online", wire::FaultAction::online, "the node is reached again"},
        Word{"isolate", wire::FaultAction::isolate, "its peers are cut, its clients are served"},
        Word{"join", wire::FaultAction::online, "the end of isolate"},
        Word{"hold-gossip", wire::FaultAction::hold_gossip, "nothing leaves for peers and nothing of theirs is taken"},
        Word{"release-gossip", wire::FaultAction::release_gossip, "what was held goes on"}}) {
    auto made = std::make_shared<FaultCommand>();
    made->fault.action = word.action;
    CLI::App* verb = command(*fault, word.name, word.what);
    verb->add_option("ID", made->node)->required();
    commands[verb] = [made] { return *made; };
  }
  auto made = std::make_shared<FaultCommand>();
  auto drop = std::make_shared<std::string>();
  auto delay = std::make_shared<std::string>();
  CLI::App* link = command(*fault, "link", "what A sends to B is lost or late");
  link->add_option("A", made->node)->type_name("ID")->required();
  link->add_option("B", made->fault.peer)->type_name("ID")->required();
  link->add_option("--drop", *drop, "per cent that are lost");
  link->add_option("--delay", *delay, "milliseconds, or a time such as 1s");
  commands[link] = [made, drop, delay] {
    made->fault.action = wire::FaultAction::link;
    if (!drop->empty()) made->fault.drop_percent = checked("--drop", parse_percent(*drop));
    const bool plain = !delay->empty() && delay->find_first_not_of("0123456789") == std::string::npos;
    if (plain && delay->find_first_not_of('0') == std::string::npos) return *made;
    if (!delay->empty()) {
      const auto time = checked("--delay", parse_duration(plain ? *delay + "ms" : *delay));
      made->fault.delay_ms = static_cast<std::uint32_t>(time.count());
    }
    return *made;
  };
  silence_command(*fault);
  commands[command(*fault, "clear", "the end of all faults, on all nodes or on --node ID")] = [this] {
    FaultCommand all;
    all.node = globals.node;
    all.fault.action = wire::FaultAction::clear;
    return all;
  };
}

void Grammar::silence_command(CLI::App& fault) {
  auto made = std::make_shared<SilenceCommand>();
  auto after = std::make_shared<std::string>();
  CLI::App* silent = command(fault, "silent", "the node never answers about the token again, restarts included");
  silent->add_option("TOKEN", made->token)->required();
  silent->add_option("ID", made->node, "a node that holds the token")->required();
  silent->add_option("--after", *after, "when it falls silent: 10s, 500ms (at once)")->type_name("TIME");
  commands[silent] = [made, after] {
    if (!after->empty()) made->after = checked("--after", parse_duration(*after));
    return *made;
  };
}

namespace {

// The line could not be parsed; whoever asked for JSON still gets JSON.
Output asked_output(const std::vector<std::string>& args) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& arg = args[i];
    const bool apart = (arg == "-o" || arg == "--output") && i + 1 < args.size();
    const std::string value = apart                          ? args[i + 1]
                              : arg.starts_with("--output=") ? arg.substr(9)
                              : arg.starts_with("-o")        ? arg.substr(2)
                                                             : "";
    if (value == "json") return Output::json;
  }
  return Output::text;
}

}  // namespace

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
    return tl::unexpected(NothingToRun{"", escaped(wrong.problem), escaped(wrong.hint), asked_output(args)});
  }
}

CommandTree command_tree() {
  const Grammar grammar;
  return tree_of(grammar.app);
}

std::string version_text() { return version; }

}  // namespace kin
