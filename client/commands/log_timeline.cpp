// kin log timeline: the traces of a cluster as a page, or a picture, to look at.
#include <algorithm>

#include "client/commands/run.hpp"
#include "client/commands/trace_telling.hpp"
#include "client/pages/diagram_svg.hpp"
#include "client/pages/page_file.hpp"
#include "client/pages/timeline_page.hpp"
#include "client/render/bytes.hpp"
#include "client/render/json.hpp"

namespace kin {
namespace {

// Beyond these a browser grows slow, and nobody sees one message in thousands that brought nothing; a picture has no
// zoom.
constexpr std::size_t most_events_of_page = 20'000;
constexpr std::size_t most_events_of_picture = 2'000;

json::TimelineCounts counts_of(const Diagram& diagram) {
  json::TimelineCounts out;
  out.nodes = diagram.nodes.size();
  out.events = diagram.events.size();
  out.messages = diagram.messages.size();
  out.left_out = diagram.left_out;
  for (const Diagram::Event& event : diagram.events) out.writes += is_write(event) ? 1 : 0;
  for (const Diagram::Span& span : diagram.spans) out.conflicts += span.kind == "conflict" ? 1 : 0;
  return out;
}

tl::unexpected<Failure> refused(Status status, std::string message) {
  return tl::unexpected(Failure{status, Applied::no, std::move(message), "", 0, 0});
}

tl::expected<std::string, Failure> drawn(const TimelineCommand& command, const Diagram& diagram,
                                         const TimelineTexts& texts) {
  if (command.svg.empty()) {
    auto page = timeline_page(diagram, texts);
    if (!page) return refused(Status::unsupported, page.error());
    return std::move(*page);
  }
  Diagram fewer = diagram;
  leave_out_quiet(fewer, 0);
  if (fewer.events.size() > most_events_of_picture) {
    return refused(Status::limit, std::to_string(fewer.events.size()) +
                                      " events are too many for a picture, the limit is " +
                                      std::to_string(most_events_of_picture) + ": take one key with --key, or --html");
  }
  return diagram_svg(fewer, texts.title);
}

}  // namespace

int run_command(const TimelineCommand& command, const CommandContext& context) {
  Screen& screen = context.screen;
  const auto traces = read_traces(command.folder);
  if (!traces) return screen.fail(usage_failure(traces.error()));
  Diagram diagram = diagram_of(*traces);
  TimelineTexts texts{"What the nodes did", "", ""};
  if (command.key) {
    std::optional<std::string> bucket;
    if (context.globals.bucket_given) bucket = context.globals.bucket;
    auto only = about_key(diagram, bucket, *command.key);
    if (!only) {
      return screen.fail({Status::not_found, Applied::no, only.error() + ": " + escaped(*command.key), "", 0, 0});
    }
    diagram = std::move(*only);
    texts.key = (bucket && *bucket != "default" ? escaped(*bucket) + '/' : "") + escaped(*command.key);
    texts.title = "The life of " + texts.key;
  }
  leave_out_quiet(diagram, most_events_of_page);
  texts.note = torn_notes(*traces);
  if (const std::string lost = lost_text(lost_lines(traces->lines)); !lost.empty()) {
    texts.note += "kin: " + lost + '\n';
  }
  if (diagram.left_out > 0) {
    texts.note += "kin: " + counted(diagram.left_out, "message", "messages") +
                  " that brought nothing new are left out; --key KEY shows one key alone\n";
  }
  const auto text = drawn(command, diagram, texts);
  if (!text) return screen.fail(text.error());
  const std::string& file = command.svg.empty() ? command.html : command.svg;
  if (const auto written = write_page(file, *text); !written) return screen.fail(usage_failure(written.error()));

  const json::TimelineCounts counts = counts_of(diagram);
  if (screen.output() == Output::json) {
    screen.print(json::timeline(file, counts));
  } else if (!context.globals.quiet) {
    screen.print(file + ": " + counted(counts.writes, "write", "writes") + " and " +
                 counted(counts.messages, "message", "messages") + " of " + counted(counts.nodes, "node", "nodes") +
                 "; open it in a browser\n");
  }
  if (!context.globals.quiet) screen.explain(texts.note);
  return 0;
}

}  // namespace kin
