#include "client/pages/page.hpp"

#include "client/pages/assets.hpp"

namespace kin {
namespace {

constexpr std::string_view start_timeline =
    "kinTimeline(document.getElementById('timeline'), "
    "JSON.parse(document.getElementById('timeline-data').textContent));";

constexpr std::string_view start_latencies =
    "kinLatencies(document.getElementById('latencies'), "
    "JSON.parse(document.getElementById('latencies-data').textContent));";

// No script, picture or style from elsewhere, and no form: the page cannot tell anybody what it shows.
constexpr std::string_view policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

void replace_all(std::string& text, char what, std::string_view with) {
  std::size_t count = 0;
  for (const char c : text) count += c == what ? 1 : 0;
  if (count == 0) return;
  std::string out;
  out.reserve(text.size() + count * with.size());
  for (const char c : text) {
    if (c == what) {
      out += with;
    } else {
      out += c;
    }
  }
  text = std::move(out);
}

}  // namespace

std::string html_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

// Outside of strings JSON has none of these, so the escape always stands in a string.
std::string json_for_script(std::string json) {
  replace_all(json, '<', "\\u003c");
  replace_all(json, '>', "\\u003e");
  replace_all(json, '&', "\\u0026");
  return json;
}

tl::expected<std::string, std::string> print_page(const Page& page) {
  if (assets::d3.empty()) {
    return tl::unexpected(
        std::string("this kin was built without the library that draws pages; build it with ./dev build"));
  }
  std::string out;
  out.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
      .append("<meta http-equiv=\"Content-Security-Policy\" content=\"")
      .append(html_escape(policy))
      .append("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
      .append(html_escape(page.title))
      .append("</title>\n<style>\n")
      .append(assets::page_style)
      .append("</style>\n</head>\n<body>\n")
      .append(page.body);
  for (const PageData& data : page.data) {
    out.append("<script type=\"application/json\" id=\"")
        .append(html_escape(data.id))
        .append("\">")
        .append(json_for_script(data.json))
        .append("</script>\n");
  }
  out.append("<script>\n").append(assets::d3).append("\n</script>\n");
  for (const std::string_view script : page.scripts) out.append("<script>\n").append(script).append("\n</script>\n");
  out.append("</body>\n</html>\n");
  return out;
}

std::string_view timeline_script() { return assets::timeline; }
std::string_view start_timeline_script() { return start_timeline; }

std::string_view latencies_script() { return assets::latencies; }
std::string_view start_latencies_script() { return start_latencies; }

std::string timeline_legend() {
  return "<p class=\"legend\"><span class=\"l-write\">a write</span><span class=\"l-news\">a message that brought "
         "writes</span>"
         "<span class=\"l-lost\">one that never arrived</span><span class=\"l-conflict\">values side by side</span>"
         "<span class=\"l-fault\">cut off, or slowed</span><span class=\"l-down\">not running</span></p>\n";
}

}  // namespace kin
