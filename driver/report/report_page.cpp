#include "driver/report/report_page.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "client/commands/trace_telling.hpp"
#include "client/pages/diagram_json.hpp"
#include "client/pages/page.hpp"
#include "client/render/bytes.hpp"
#include "driver/check/line_fields.hpp"

namespace kin::driver {
namespace {

constexpr std::size_t most_events = 20'000;

// Bytes of clients and sentences about them.
std::string text(const std::string& bytes) { return html_escape(escaped(bytes)); }

std::string seconds(double number) {
  char out[32];
  std::snprintf(out, sizeof out, "%.3f s", number);
  return out;
}

std::string since(const RunRecord& record, std::uint64_t us) {
  return '+' + seconds((static_cast<double>(us) - static_cast<double>(record.began_us)) / 1e6);
}

std::string cell(const std::string& markup, const char* kind = nullptr) {
  return kind == nullptr ? "<td>" + markup + "</td>" : std::string("<td class=\"") + kind + "\">" + markup + "</td>";
}

std::string lines_of(const std::vector<std::string>& lines, const char* kind) {
  std::string out;
  for (const std::string& line : lines) out += std::string("<div class=\"") + kind + "\">" + text(line) + "</div>";
  return out;
}

std::string heading(const RunRecord& record) {
  const bool held = record.verdict == "held";
  const std::string verdict = record.verdict.empty() ? "cut off before its end" : record.verdict;
  std::string out = "<h1>" + text(record.name) + ": <span class=\"" + (held ? "held" : "wrong") + "\">" +
                    html_escape(verdict) + "</span></h1>\n";
  if (!record.title.empty()) out += "<p>" + text(record.title) + "</p>\n";
  out += "<p class=\"note\">" + std::to_string(record.nodes.size()) + " nodes, " + std::to_string(record.steps.size()) +
         " steps, " + seconds(record.seconds) + ", begun " + html_escape(utc_time(record.began_us)) + ", " +
         text(record.file) + "</p>\n";
  if (record.torn) out += "<p class=\"note\">The last line of the record was cut off, and is left out.</p>\n";
  return out;
}

std::string steps(const RunRecord& record) {
  std::string out =
      "<h2>Steps</h2>\n<table class=\"steps\"><thead><tr><th>#</th><th>at</th><th>step</th><th>seen</th></tr></thead>"
      "<tbody>\n";
  for (const RecordedStep& step : record.steps) {
    std::string what = "<code>" + text(step.what) + "</code>";
    if (!step.why.empty()) what += "<div class=\"note\">" + text(step.why) + "</div>";
    out += "<tr>" + cell(std::to_string(step.number)) + cell(since(record, step.began_us)) + cell(what) +
           cell(lines_of(step.seen, "mono") + lines_of(step.wrong, "wrong")) + "</tr>\n";
  }
  return out + "</tbody></table>\n";
}

// `n1  apples [1,0,0]` as the runner prints what one node showed.
std::optional<std::pair<std::string, std::string>> shown_by_node(const RunRecord& record, const std::string& line) {
  for (const std::string& node : record.nodes) {
    if (line.starts_with(node + "  ")) return std::pair(node, line.substr(node.size() + 2));
  }
  return std::nullopt;
}

std::string states(const RunRecord& record) {
  std::string rows;
  for (const RecordedStep& step : record.steps) {
    std::map<std::string, std::string> cells;
    for (const std::string& line : step.seen) {
      if (const auto shown = shown_by_node(record, line)) cells[shown->first] = text(shown->second);
    }
    if (cells.empty() && step.processes.empty()) continue;
    rows += "<tr>" + cell(std::to_string(step.number));
    for (const std::string& node : record.nodes) {
      const auto process = step.processes.find(node);
      std::string markup = cells[node];
      if (process != step.processes.end()) markup += "<div class=\"note\">" + text(process->second) + "</div>";
      rows += cell(markup, "mono");
    }
    rows += "</tr>\n";
  }
  std::string last;
  for (const std::string& node : record.nodes) {
    const auto end =
        std::find_if(record.ends.begin(), record.ends.end(), [&](const auto& one) { return one.node == node; });
    if (end == record.ends.end()) {
      last += cell("");
      continue;
    }
    std::string markup = text(end->process);
    if (!end->incarnation.empty()) markup += ", " + text(end->incarnation) + ", " + std::to_string(end->keys) + " keys";
    last += cell(markup + lines_of(end->faults, "note"));
  }
  std::string head = "<th>after step</th>";
  for (const std::string& node : record.nodes) head += "<th>" + text(node) + "</th>";
  return "<h2>What each node showed</h2>\n<table class=\"states\"><thead><tr>" + head + "</tr></thead><tbody>\n" +
         rows + "<tr>" + cell("the end") + last + "</tr>\n</tbody></table>\n";
}

std::string latencies_json(const std::vector<TimedCall>& calls) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const TimedCall& call : calls) {
    all.push_back({{"op", escaped(call.op)},
                   {"node", escaped(call.node)},
                   {"outcome", call.outcome},
                   {"start_us", call.start_ns / 1000},
                   {"took_us", nullptr}});
    if (call.end_ns) all.back()["took_us"] = static_cast<double>(*call.end_ns - call.start_ns) / 1000;
  }
  return all.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

tl::expected<std::vector<TimedCall>, std::string> read_timed_calls(const std::string& history) {
  std::vector<TimedCall> out;
  std::ifstream file(history, std::ios::binary);
  if (!file) return out;
  const auto bad = check::read_lines(file, [&](std::size_t, const nlohmann::json& line) {
    TimedCall call;
    call.op = check::text_field(line, "op");
    if (call.op == "final") return;
    if (const auto node = line.find("node"); node != line.end() && node->is_string())
      call.node = node->get<std::string>();
    const check::Course course = check::course_of(line);
    call.outcome = check::name(course.outcome);
    call.start_ns = course.start_ns;
    call.end_ns = course.end_ns;
    out.push_back(std::move(call));
  });
  if (bad) return tl::unexpected(history + ':' + std::to_string(bad->line) + ": " + bad->message);
  return out;
}

tl::expected<std::string, std::string> report_page(const RunRecord& record, const Traces& traces,
                                                   const std::vector<TimedCall>& calls) {
  Diagram diagram = diagram_of(traces, record.outside);
  leave_out_quiet(diagram, most_events);
  std::vector<DiagramMark> marks;
  for (const RecordedStep& step : record.steps) {
    marks.push_back(
        {step.began_us, std::to_string(step.number), "step " + std::to_string(step.number) + ": " + step.what});
  }
  std::string notes;
  if (!traces.torn.empty()) {
    notes =
        "<p class=\"note\">Traces whose last line was cut off, and left out: " + std::to_string(traces.torn.size()) +
        "</p>\n";
  }
  if (const std::string lost = lost_text(lost_lines(traces.lines)); !lost.empty()) {
    notes += "<p class=\"note\">" + html_escape(lost) + "</p>\n";
  }
  Page page;
  page.title = record.name + ": " + (record.verdict.empty() ? "cut off" : record.verdict);
  page.body = heading(record) + steps(record) + states(record) +
              "<h2>What the nodes did</h2>\n<p class=\"note\">Numbers along the top are the steps.</p>\n" + notes +
              timeline_legend() +
              "<div id=\"timeline\"></div>\n<h2>How long clients waited</h2>\n<div id=\"latencies\"></div>\n";
  page.data = {{"timeline-data", diagram_json(diagram, marks)}, {"latencies-data", latencies_json(calls)}};
  page.scripts = {timeline_script(), latencies_script(), start_timeline_script(), start_latencies_script()};
  return print_page(page);
}

}  // namespace kin::driver
