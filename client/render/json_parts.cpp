#include "client/render/json_parts.hpp"

#include <algorithm>

#include "client/json_bytes.hpp"
#include "client/render/bytes.hpp"

namespace kin::json {

std::string line(const Json& object) { return json_line(object) + '\n'; }

Json positions(const EntryClock& clock, const std::vector<NodeId>& order) {
  Json array = Json::array();
  for (const NodeId& node : order) array.push_back(clock.at(node));
  return array;
}

void add_unplaced(Json& object, const EntryClock& clock, const std::vector<NodeId>& order) {
  Json others = Json::object();
  for (const auto& [node, count] : clock.counts()) {
    if (std::find(order.begin(), order.end(), node) == order.end()) others[node] = count;
  }
  if (!others.empty()) object["clock_of_others"] = std::move(others);
}

Json sibling_of(const wire::ShownSibling& sibling, const std::vector<NodeId>& order) {
  Json object{{"value", bytes_to_json(sibling.value)},
              {"clock", positions(sibling.clock, order)},
              {"dot", to_string(sibling.dot)},
              {"coordinator", sibling.dot.actor.node},
              {"client", sibling.client},
              {"written_at", utc_time(sibling.written_us)}};
  add_unplaced(object, sibling.clock, order);
  if (!sibling.content_type.empty()) object["content_type"] = bytes_to_json(sibling.content_type);
  if (!sibling.meta.empty()) {
    Json meta = Json::array();  // names are bytes, which no JSON key can be
    Json named = Json::object();
    bool all_text = true;
    for (const auto& [name, text] : sibling.meta) {
      all_text = all_text && is_utf8(name);
      meta.push_back({bytes_to_json(name), bytes_to_json(text)});
      if (all_text) named[name] = bytes_to_json(text);
    }
    object["meta"] = all_text ? std::move(named) : std::move(meta);
  }
  return object;
}

}  // namespace kin::json
