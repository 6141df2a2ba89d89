// Self-contained HTML pages: style, scripts and data in one file that opens without a network, and may not reach for
// one.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace kin {

// As text between tags or in an attribute in double quotes. What is not UTF-8 must have been escaped before.
std::string html_escape(std::string_view text);

// JSON that may stand in a script element: no byte of it ends the element or begins a comment.
std::string json_for_script(std::string json);

struct PageData {
  std::string id;    // of the element from which the page's script reads it
  std::string json;  // as it is: escaped here
};

struct Page {
  std::string title;  // text
  std::string body;   // markup
  std::vector<PageData> data;
  std::vector<std::string_view> scripts;  // in this order, behind d3
};

// Error: a sentence; this program was built without the drawing library.
tl::expected<std::string, std::string> print_page(const Page& page);

// The parts that a page with a diagram needs. The body must hold `<div id="timeline"></div>`; the data is
// diagram_json() under the id "timeline-data".
std::string_view timeline_script();
std::string_view start_timeline_script();
std::string timeline_legend();  // markup

// The same for a plot of how long calls took: `<div id="latencies"></div>`, and latencies.js says what "latencies-data"
// is.
std::string_view latencies_script();
std::string_view start_latencies_script();

}  // namespace kin
