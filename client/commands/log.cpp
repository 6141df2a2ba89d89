// kin log: what the nodes of a cluster wrote, put together. Asks no node.
#include <set>

#include "client/commands/run.hpp"
#include "client/commands/trace_telling.hpp"
#include "client/render/json.hpp"
#include "client/traces/causal_order.hpp"

namespace kin {
namespace {

constexpr const char* shiviz_parser = R"((?<ts>\S+) (?<host>\S+) (?<clock>\{.*?\}) (?<event>.*))";

std::string summary(const Traces& traces, const CausalOrder& order) {
  std::set<std::string> hosts;
  for (const TraceLine& line : traces.lines) hosts.insert(line.host);
  std::string out = "kin: " + counted(traces.lines.size(), "event", "events") + " of " +
                    counted(hosts.size(), "process", "processes") + " in " + counted(traces.files, "file", "files") +
                    '\n';
  out += torn_notes(traces);
  if (order.unmet > 0) {
    out += "kin: " + counted(order.unmet, "event", "events") +
           " had seen what is in none of these files; they stand where their time puts them\n";
  }
  return out;
}

}  // namespace

int run_command(const LogCommand& command, const CommandContext& context) {
  Screen& screen = context.screen;
  const auto traces = read_traces(command.folder);
  if (!traces) return screen.fail(usage_failure(traces.error()));
  const CausalOrder order = causal_order(traces->lines);
  // What had seen lines that are not there is no causal history; ShiViz would refuse it without saying so.
  if (command.form == LogCommand::Form::shiviz && order.unmet > 0) {
    return screen.fail(usage_failure(counted(order.unmet, "event", "events") +
                                     " had seen what is in none of these files: put the traces of all nodes together"));
  }
  std::string out;
  if (command.form == LogCommand::Form::shiviz) out.append(shiviz_parser).append("\n\n");
  const bool as_json = command.form == LogCommand::Form::merged && screen.output() == Output::json;
  for (const std::size_t i : order.lines) {
    out += as_json ? json::trace_line(traces->lines[i]) : traces->lines[i].text + '\n';
  }
  screen.print(out);
  if (!context.globals.quiet) screen.explain(summary(*traces, order));
  return 0;
}

}  // namespace kin
