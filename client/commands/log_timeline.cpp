// kin log timeline: the traces of a cluster as one page to look at.
#include <algorithm>

#include "client/commands/run.hpp"
#include "client/commands/trace_telling.hpp"
#include "client/pages/diagram_json.hpp"
#include "client/pages/page.hpp"
#include "client/pages/page_file.hpp"
#include "client/render/bytes.hpp"
#include "client/render/json.hpp"

namespace kin {
namespace {

// Beyond this a browser grows slow, and nobody sees one message in thousands that brought nothing.
constexpr std::size_t most_events = 20'000;

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

std::string body_of(const std::string& title, const Diagram& diagram, const std::string& notes) {
  std::string out = "<h1>" + html_escape(title) + "</h1>\n";
  if (!diagram.events.empty()) {
    out += "<p class=\"note\">" + std::to_string(diagram.events.size()) + " events of " +
           std::to_string(diagram.nodes.size()) + " nodes from " +
           html_escape(utc_time(diagram.events.front().time_us)) + "</p>\n";
  }
  if (!notes.empty()) out += "<p class=\"note\">" + html_escape(notes) + "</p>\n";
  return out + timeline_legend() + "<div id=\"timeline\"></div>\n";
}

}  // namespace

int run_command(const TimelineCommand& command, const CommandContext& context) {
  Screen& screen = context.screen;
  const auto traces = read_traces(command.folder);
  if (!traces) return screen.fail(usage_failure(traces.error()));
  Diagram diagram = diagram_of(*traces);
  std::string shown_key;
  if (command.key) {
    std::optional<std::string> bucket;
    if (context.globals.bucket_given) bucket = context.globals.bucket;
    auto only = about_key(diagram, bucket, *command.key);
    if (!only)
      return screen.fail({Status::not_found, Applied::no, only.error() + ": " + escaped(*command.key), "", 0, 0});
    diagram = std::move(*only);
    shown_key = (bucket && *bucket != "default" ? escaped(*bucket) + '/' : "") + escaped(*command.key);
  }
  leave_out_quiet(diagram, most_events);

  std::string notes = torn_notes(*traces);
  if (diagram.left_out > 0) {
    notes += "kin: " + counted(diagram.left_out, "message", "messages") +
             " that brought nothing new are left out; --key KEY shows one key alone\n";
  }
  const std::string title = command.key ? "The life of " + shown_key : "What the nodes did";
  const auto page = print_page({title,
                                body_of(title, diagram, notes),
                                {{"timeline-data", diagram_json(diagram, {}, shown_key)}},
                                {timeline_script(), start_timeline_script()}});
  if (!page) return screen.fail({Status::unsupported, Applied::no, page.error(), "", 0, 0});
  if (const auto written = write_page(command.html, *page); !written) {
    return screen.fail(usage_failure(written.error()));
  }
  const json::TimelineCounts counts = counts_of(diagram);
  if (screen.output() == Output::json) {
    screen.print(json::timeline(command.html, counts));
  } else if (!context.globals.quiet) {
    screen.print(command.html + ": " + counted(counts.writes, "write", "writes") + " and " +
                 counted(counts.messages, "message", "messages") + " of " + counted(counts.nodes, "node", "nodes") +
                 "; open it in a browser\n");
  }
  if (!context.globals.quiet) screen.explain(notes);
  return 0;
}

}  // namespace kin
