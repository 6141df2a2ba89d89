// Bytes in JSON: a string where they are UTF-8, else {"base64": "..."}. Included by .cpp files only, since it brings
// the JSON library along.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace kin {

nlohmann::ordered_json bytes_to_json(const std::string& bytes);

// nullopt: neither of the two forms.
std::optional<std::string> bytes_from_json(const nlohmann::ordered_json& json);

// One line without a newline. Never throws: what is not UTF-8 in names and messages is replaced.
std::string json_line(const nlohmann::ordered_json& json);

}  // namespace kin
