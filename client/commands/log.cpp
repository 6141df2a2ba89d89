// kin log: what the nodes of a cluster wrote, put together. Asks no node.
#include <set>

#include "client/commands/run.hpp"
#include "client/commands/trace_telling.hpp"
#include "client/render/json.hpp"
#include "client/traces/causal_order.hpp"

namespace kin {
namespace {

constexpr const char* shiviz_parser = R"((?<ts>\S+) (?<host>\S+) (?<clock>\{.*?\}) (?<event>.*))";

constexpr std::size_t bytes_at_once = 64 << 10;  // the whole output may be as long as the traces

// More than these nobody looks at, and a damaged line may name any number.
constexpr std::uint64_t most_stand_ins = 1'000'000;

std::string summary(const Traces& traces, std::size_t events, const std::string& lost, std::size_t unmet) {
  std::set<std::string> hosts;
  for (const TraceLine& line : traces.lines) hosts.insert(line.host);
  std::string out = "kin: " + counted(events, "event", "events") + " of " +
                    counted(hosts.size(), "process", "processes") + " in " + counted(traces.files, "file", "files") +
                    '\n';
  out += torn_notes(traces);
  if (!lost.empty()) out += "kin: " + lost + '\n';
  if (unmet > 0) {
    out += "kin: " + counted(unmet, "event", "events") +
           " had seen each other: these are not the traces of one run; they stand where their time puts them\n";
  }
  return out;
}

// What keeps ShiViz from loading these lines, also with stand-ins for the lost ones.
std::optional<Failure> no_shiviz(const std::vector<TraceLine>& lines, const std::vector<LostRun>& lost) {
  if (count_of(lost) > most_stand_ins) {
    return Failure{Status::limit, Applied::no, lost_text(lost) + ": put the traces of all nodes together", "", 0, 0};
  }
  if (const auto twice = line_told_twice(lines)) {
    return usage_failure("the event " + *twice + " is there twice: put the traces of one run together, each once");
  }
  return std::nullopt;
}

}  // namespace

int run_command(const LogCommand& command, const CommandContext& context) {
  Screen& screen = context.screen;
  auto traces = read_traces(command.folder);
  if (!traces) return screen.fail(usage_failure(traces.error()));
  const bool for_shiviz = command.form == LogCommand::Form::shiviz;
  const std::size_t events = traces->lines.size();
  const std::vector<LostRun> lost = lost_lines(traces->lines);
  std::string told = lost_text(lost);
  if (for_shiviz) {
    if (const auto why = no_shiviz(traces->lines, lost)) return screen.fail(*why);
  }
  if (for_shiviz && !lost.empty()) {
    for (TraceLine& line : stand_ins(traces->lines, lost)) traces->lines.push_back(std::move(line));
    told += "; a line stands in for each";
  }
  const CausalOrder order = causal_order(traces->lines);
  if (for_shiviz && order.unmet > 0) {
    return screen.fail(usage_failure(counted(order.unmet, "event", "events") +
                                     " had seen each other: these are not the traces of one run"));
  }
  std::string out;
  if (for_shiviz) out.append(shiviz_parser).append("\n\n");
  const bool as_json = !for_shiviz && screen.output() == Output::json;
  for (const std::size_t i : order.lines) {
    out += as_json ? json::trace_line(traces->lines[i]) : traces->lines[i].text + '\n';
    if (out.size() < bytes_at_once) continue;
    screen.print(out);
    out.clear();
  }
  screen.print(out);
  if (!context.globals.quiet) screen.explain(summary(*traces, events, told, order.unmet));
  return 0;
}

}  // namespace kin
