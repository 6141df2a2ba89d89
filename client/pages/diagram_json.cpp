#include "client/pages/diagram_json.hpp"

#include <nlohmann/json.hpp>

#include "client/render/bytes.hpp"

namespace kin {
namespace {

using Json = nlohmann::ordered_json;

void put(Json& out, const char* name, const std::string& text) {
  if (!text.empty()) out[name] = escaped(text);
}

void put_key(Json& out, const std::optional<std::string>& bucket, const std::optional<std::string>& key) {
  if (bucket) out["bucket"] = escaped(*bucket);
  if (key) out["key"] = escaped(*key);
}

Json json_of(const Diagram::Event& event) {
  Json out{{"node", event.node}, {"time", event.time_us}, {"kind", escaped(event.kind)}};
  put(out, "host", event.host);
  if (event.number > 0) out["number"] = event.number;
  put_key(out, event.bucket, event.key);
  if (event.kind == "add_update") out["value"] = escaped(event.value);
  put(out, "dot", event.dot);
  put(out, "clock", event.clock);
  put(out, "siblings", event.siblings);
  put(out, "text", event.text);
  if (!event.learnt.empty()) out["learnt"] = event.learnt;
  return out;
}

Json json_of(const Diagram::Message& message) {
  Json out{{"sent", message.sent},
           {"received", nullptr},
           {"to", message.to},
           {"what", escaped(message.what)},
           {"bytes", message.bytes}};
  if (message.received) out["received"] = *message.received;
  if (!message.about.empty()) out["about"] = message.about;
  return out;
}

Json json_of(const Diagram::Span& span) {
  std::string label = span.label;
  if (span.key) label += " over " + *span.key;
  Json out{{"node", span.node}, {"from", span.from}, {"to", nullptr}, {"kind", span.kind}, {"label", escaped(label)}};
  if (span.to) out["to"] = *span.to;
  put_key(out, span.bucket, span.key);
  if (!span.dots.empty()) out["dots"] = span.dots;
  return out;
}

template <class Things>
Json all_of(const Things& things) {
  Json out = Json::array();
  for (const auto& one : things) out.push_back(json_of(one));
  return out;
}

}  // namespace

std::string diagram_json(const Diagram& diagram, const std::vector<DiagramMark>& marks, const std::string& key) {
  Json marked = Json::array();
  for (const DiagramMark& mark : marks) {
    marked.push_back({{"time", mark.time_us}, {"label", escaped(mark.label)}, {"text", escaped(mark.text)}});
  }
  const Json out{{"nodes", diagram.nodes},           {"key", escaped(key)},
                 {"events", all_of(diagram.events)}, {"messages", all_of(diagram.messages)},
                 {"spans", all_of(diagram.spans)},   {"marks", std::move(marked)}};
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace kin
