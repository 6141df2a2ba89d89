// What is done with nodes: their state, their traces, faults.
#include <memory>

#include "client/cli/argument_values.hpp"
#include "client/cli/grammar.hpp"

namespace kin {

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
  remove->add_flag("--force", member->force, "also one that answers: what it alone has is lost");
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
  commands[command(*fault, "clear", "the end of all faults but silent, on all nodes or on --node ID")] = [this] {
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

}  // namespace kin
