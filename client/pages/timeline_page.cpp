#include "client/pages/timeline_page.hpp"

#include "client/pages/diagram_json.hpp"
#include "client/pages/page.hpp"
#include "client/render/bytes.hpp"

namespace kin {
namespace {

std::string note(const std::string& text) {
  return text.empty() ? "" : "<p class=\"note\">" + html_escape(text) + "</p>\n";
}

std::string what_it_is(const Diagram& diagram) {
  if (diagram.events.empty()) return "";
  return std::to_string(diagram.events.size()) + " events of " + std::to_string(diagram.nodes.size()) + " nodes from " +
         utc_time(diagram.events.front().time_us);
}

}  // namespace

tl::expected<std::string, std::string> timeline_page(const Diagram& diagram, const TimelineTexts& texts) {
  return print_page({texts.title,
                     "<h1>" + html_escape(texts.title) + "</h1>\n" + note(what_it_is(diagram)) + note(texts.note) +
                         timeline_legend() + "<div id=\"timeline\"></div>\n",
                     {{"timeline-data", diagram_json(diagram, {}, texts.key)}},
                     {timeline_script(), start_timeline_script()}});
}

}  // namespace kin
