#include "driver/scenario/final_read.hpp"

#include <nlohmann/json.hpp>

namespace kin::driver {

std::string final_read_line(const std::string& id, const std::string& bucket, const std::string& key,
                            const std::string& node, const ClientAnswer& answer) {
  nlohmann::ordered_json line{{"id", id}, {"op", "final"}, {"bucket", bucket}, {"key", key}};
  line["values"] = nlohmann::ordered_json::array();
  for (const AnsweredSibling& sibling : answer.siblings) line["values"].push_back(sibling.value);
  line["context"] = nullptr;
  line["node"] = node;
  line["start_ns"] = answer.start_ns;
  line["end_ns"] = answer.end_ns;
  line["outcome"] = answer.is_read ? "ok" : "unknown";
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace kin::driver
