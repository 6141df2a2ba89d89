#include "driver/scenario/kin_output.hpp"

#include <nlohmann/json.hpp>

namespace kin::driver {

using nlohmann::json;

namespace {

std::string text_of(const json& object, const char* name) {
  auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

PrintedClock clock_of(const json& object) {
  PrintedClock out;
  if (auto found = object.find("clock"); found != object.end() && found->is_array())
    for (const json& position : *found)
      if (position.is_number_unsigned()) out.push_back(position.get<std::uint64_t>());
  return out;
}

std::string value_of(const json& sibling) {
  auto found = sibling.find("value");
  if (found == sibling.end()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump(-1, ' ', true, json::error_handler_t::replace);
}

std::vector<AnsweredSibling> siblings_of(const json& list) {
  std::vector<AnsweredSibling> out;
  for (const json& sibling : list)
    if (sibling.is_object()) out.push_back({value_of(sibling), clock_of(sibling), text_of(sibling, "dot")});
  return out;
}

// A key that is not UTF-8 stands as its JSON.
std::vector<std::string> keys_of(const json& list) {
  std::vector<std::string> out;
  for (const json& one : list) {
    const json& key = one.is_object() && one.contains("key") ? one["key"] : one;
    out.push_back(key.is_string() ? key.get<std::string>() : key.dump(-1, ' ', true, json::error_handler_t::replace));
  }
  return out;
}

std::string number_of(const json& object, const char* name) {
  auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->dump() : "nothing";
}

// A token's name is what a scenario expects as its value; one that was not written has none.
void take_token(const json& object, ClientAnswer& answer) {
  const std::string timestamp = text_of(object, "timestamp");
  const std::string stamp = timestamp.empty() ? "" : ", timestamp " + timestamp;
  if (object["name"].is_null()) {
    answer.token = "no value" + stamp;
    return;
  }
  answer.siblings = {{text_of(object, "name"), {}, timestamp}};
  answer.token = text_of(object, "name") + ": partial " + number_of(object, "partial") + ", final " +
                 number_of(object, "final") + stamp;
}

}  // namespace

ClientAnswer read_kin_output(int exit_code, const std::string& output, const std::string& errors) {
  ClientAnswer answer;
  answer.exit_code = exit_code;
  const json object = json::parse(output, nullptr, false);
  if (!object.is_object()) {
    answer.text = output + errors;
    while (!answer.text.empty() && answer.text.back() == '\n') answer.text.pop_back();
    answer.status = exit_code == 0 ? "OK" : "";
    answer.message = answer.text;
    return answer;
  }
  answer.status = text_of(object, "status");
  if (answer.status.empty() && exit_code == 0) answer.status = "OK";
  answer.message = text_of(object, "message");
  answer.clock = clock_of(object);
  answer.context = text_of(object, "context");
  answer.dot = text_of(object, "dot");
  if (object.contains("partial") && object.contains("name")) take_token(object, answer);
  if (auto list = object.find("siblings"); list != object.end() && list->is_array()) {
    answer.is_read = true;
    answer.siblings = siblings_of(*list);
  } else if (auto values = object.find("values"); values != object.end() && values->is_array()) {
    answer.siblings = siblings_of(*values);
  }
  for (const char* name : {"keys", "conflicts"}) {
    if (auto list = object.find(name); list != object.end() && list->is_array()) answer.keys = keys_of(*list);
  }
  answer.sibling_count = answer.siblings.size();
  if (auto count = object.find("siblings"); count != object.end() && count->is_number_unsigned())
    answer.sibling_count = count->get<std::size_t>();
  answer.conflict = answer.sibling_count > 1;
  return answer;
}

}  // namespace kin::driver
