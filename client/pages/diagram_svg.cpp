#include "client/pages/diagram_svg.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "client/pages/page.hpp"
#include "client/render/bytes.hpp"

namespace kin {
namespace {

constexpr double row = 104, top = 44, left = 64, right = 70, bottom = 40, step = 26;
constexpr std::size_t longest_label = 24;

// Of the same look as page.css; a picture has to carry its own.
constexpr const char* style = R"(
  svg { background: #fff; color: #1c1f24; font: 11.5px system-ui, "DejaVu Sans", sans-serif }
  text { fill: #1c1f24 } .soft { fill: #5d6570 } .node { font-size: 14px; font-weight: 700 } .value { font-weight: 600 }
  .life { stroke: #b9c0c9; stroke-width: 2 } .fault { fill: #f0b428; fill-opacity: .3 } .down { fill: #b9c0c9; fill-opacity: .5 }
  .conflict { fill: #e0452f } text.conflict { font-weight: 600 } .end { fill: #1d7f3c }
  .news { stroke: #2f6fb0; stroke-width: 1.4; fill: none } .head { fill: #2f6fb0 }
  .lost { stroke: #c4281c; stroke-width: 1.4; stroke-dasharray: 4 3; fill: none } text.lost { stroke: none; fill: #c4281c }
  .write { stroke: #1c1f24; stroke-width: 1.4 } .event { fill: #5d6570 }
  text { paint-order: stroke; stroke: #fff; stroke-width: 3px; stroke-linejoin: round }
  @media (prefers-color-scheme: dark) {
    svg { background: #15181c } text { fill: #e6e9ee; stroke: #15181c } .soft { fill: #9aa4b1 } .life { stroke: #4b535e }
    .news { stroke: #7fb4ea } .head { fill: #7fb4ea } .write { stroke: #e6e9ee } .event { fill: #9aa4b1 }
    .lost, text.lost { stroke: #ff7b6e } text.lost { stroke: none; fill: #ff7b6e } .conflict { fill: #ff6a55 } .end { fill: #58c27d }
  }
)";

constexpr std::array<const char*, 10> colours{"#4e79a7", "#f28e2c", "#e15759", "#76b7b2", "#59a14f",
                                              "#edc949", "#af7aa1", "#ff9da7", "#9c755f", "#bab0ab"};

std::string number(double value) {
  char out[32];
  std::snprintf(out, sizeof out, "%.1f", value);
  return out;
}

std::string text_of(const std::string& bytes) { return html_escape(escaped(bytes)); }

std::string label_of(const Diagram::Event& event, bool with_key) {
  std::string out = with_key && event.key ? *event.key + " = " : "";
  out += event.kind == "delete" ? "deleted" : event.value;
  const std::string shown = escaped(out);
  if (columns(shown) <= longest_label) return html_escape(shown);
  return html_escape(shown.substr(0, bytes_within(shown, longest_label - 1))) + "…";
}

class Picture {
 public:
  Picture(const Diagram& diagram, const std::string& title) : diagram_(diagram), title_(title) {
    place_events();
    width_ = std::max(480.0, left + right + step * static_cast<double>(places_));
    height_ = top + row * static_cast<double>(diagram.nodes.size()) + bottom;
  }

  std::string draw() {
    out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width_) + ' ' + number(height_) +
           "\" width=\"" + number(width_) + "\" height=\"" + number(height_) + "\">\n<title>" + text_of(title_) +
           "</title>\n<style>" + style +
           "</style>\n<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" "
           "markerHeight=\"7\" orient=\"auto\"><path class=\"head\" d=\"M0,0.5L8,4L0,7.5z\"/></marker></defs>\n";
    for (const Diagram::Span& span : diagram_.spans) {
      if (span.kind != "conflict") fault(span);
    }
    for (std::size_t i = 0; i < diagram_.nodes.size(); ++i) life(i);
    for (const Diagram::Span& span : diagram_.spans) {
      if (span.kind == "conflict") conflict(span);
    }
    for (const Diagram::Message& message : diagram_.messages) arrow(message);
    for (std::size_t i = 0; i < diagram_.events.size(); ++i) event(i);
    return out_ + "</svg>\n";
  }

 private:
  bool brought(const Diagram::Message& message) const {
    return message.received && !diagram_.events[*message.received].learnt.empty();
  }
  bool is_drawn(const Diagram::Message& message) const {
    return brought(message) || (!message.received && message.what == "push");
  }
  void place_events() {
    std::vector<bool> drawn(diagram_.events.size());
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      drawn[i] = diagram_.events[i].kind != "send" && diagram_.events[i].kind != "receive";
      several_keys_ =
          several_keys_ || (is_write(diagram_.events[i]) && first_key_ && diagram_.events[i].key != first_key_);
      if (is_write(diagram_.events[i]) && !first_key_) first_key_ = diagram_.events[i].key;
    }
    for (const Diagram::Message& message : diagram_.messages) {
      if (!is_drawn(message)) continue;
      drawn[message.sent] = true;
      if (message.received) drawn[*message.received] = true;
    }
    for (const Diagram::Span& span : diagram_.spans) {
      drawn[span.from] = true;
      if (span.to) drawn[*span.to] = true;
    }
    at_.resize(drawn.size());
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      if (drawn[i]) at_[i] = left + 14 + step * static_cast<double>(places_++);
    }
  }

  static double line_of(std::size_t node) { return top + row * static_cast<double>(node) + row / 2; }
  double end_of(const Diagram::Span& span) const { return span.to ? *at_[*span.to] : width_ - 8; }

  void words(double x, double y, const char* kind, const std::string& markup, const char* anchor = "start") {
    out_ += "<text class=\"" + std::string(kind) + "\" x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" +
            anchor + "\">" + markup + "</text>\n";
  }
  void bar(const Diagram::Span& span, const char* kind, double y, double height, const std::string& what) {
    const double from = *at_[span.from];
    out_ += "<rect class=\"" + std::string(kind) + "\" x=\"" + number(from) + "\" y=\"" + number(y) + "\" width=\"" +
            number(std::max(2.0, end_of(span) - from)) + "\" height=\"" + number(height) + "\"><title>" + what +
            "</title></rect>\n";
  }
  void fault(const Diagram::Span& span) {
    bar(span, span.kind == "down" ? "down" : "fault", line_of(span.node) - row / 2 + 4, row - 8, text_of(span.label));
    words(*at_[span.from] + 4, line_of(span.node) - row / 2 + 15, "soft", text_of(span.label));
  }
  void conflict(const Diagram::Span& span) {
    const std::string what = "conflict over " + text_of(span.key.value_or(""));
    bar(span, "conflict", line_of(span.node) + 24, 6, what);
    words(*at_[span.from], line_of(span.node) + 44, "conflict", what);
  }
  void life(std::size_t node) {
    out_ += "<line class=\"life\" x1=\"" + number(left) + "\" x2=\"" + number(width_ - 8) + "\" y1=\"" +
            number(line_of(node)) + "\" y2=\"" + number(line_of(node)) + "\"/>\n";
    words(left - 14, line_of(node) + 4, "node", text_of(diagram_.nodes[node]), "end");
  }
  void arrow(const Diagram::Message& message) {
    if (!is_drawn(message)) return;
    const double x1 = *at_[message.sent], y1 = line_of(diagram_.events[message.sent].node);
    const double x2 = message.received ? *at_[*message.received] : x1 + step;
    const double y2 = message.received ? line_of(message.to) : y1 + (line_of(message.to) - y1) * 0.32;
    out_ += "<path class=\"" + std::string(message.received ? "news" : "lost") + "\" d=\"M" + number(x1) + ',' +
            number(y1) + 'L' + number(x2) + ',' + number(y2) +
            (message.received ? "\" marker-end=\"url(#head)\"/>\n" : "\"/>\n");
    if (!message.received) words(x2, y2 + 4, "lost", "×", "middle");
  }
  void event(std::size_t i) {
    if (!at_[i]) return;
    const Diagram::Event& event = diagram_.events[i];
    const double x = *at_[i], y = line_of(event.node);
    std::string kind = "event", shape = "\" r=\"3\"";
    if (is_write(event)) {
      kind = "write";
      shape = std::string("\" r=\"7\" fill=\"") + colours[event.node % colours.size()] + "\"";
      words(x, y - 24, "value", label_of(event, several_keys_), "middle");
      words(x, y - 12, "soft", text_of(event.clock), "middle");
    } else if (event.kind.starts_with("conflict")) {
      kind = event.kind == "conflict-end" ? "end" : "conflict";
      shape = "\" r=\"4.5\"";
    }
    out_ += "<circle class=\"" + kind + "\" cx=\"" + number(x) + "\" cy=\"" + number(y) + shape + "><title>" +
            text_of(event.kind + " at " + event.host + ", " + utc_time(event.time_us)) + "</title></circle>\n";
  }

  const Diagram& diagram_;
  const std::string& title_;
  std::vector<std::optional<double>> at_;  // of the events that are drawn
  std::size_t places_ = 0;
  bool several_keys_ = false;
  std::optional<std::string> first_key_;
  double width_ = 0, height_ = 0;
  std::string out_;
};

}  // namespace

std::string diagram_svg(const Diagram& diagram, const std::string& title) { return Picture(diagram, title).draw(); }

}  // namespace kin
