// Takes the lines of a history apart. A field that is missing or wrong ends the reading of its line: `Refused` is
// thrown and becomes the BadLine that read_lines returns.
#pragma once

#include <functional>
#include <initializer_list>
#include <istream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "driver/check/history_line.hpp"

namespace kin::check {

struct Refused {
  std::string message;
};

// Deeper objects and arrays than this are refused, so that no line overflows the stack.
constexpr int deepest_nesting = 64;

const nlohmann::json& field(const nlohmann::json& line, const char* name);
std::string text_field(const nlohmann::json& line, const char* name);

// One text for equal values, whatever the order and layout of their fields. 1 and 1.0 are different values.
std::string canonical(const nlohmann::json& value);

// A key or value that is a string, or an object where it is not UTF-8. Strings are returned without quotes.
std::string plain_value(const nlohmann::json& value);

KeyName key_of(const nlohmann::json& line);

// start_ns, end_ns and outcome. Refused: an end before the start, ok without an end.
Course course_of(const nlohmann::json& line);

template <class Enum>
Enum one_of(const nlohmann::json& line, const char* name, std::initializer_list<std::pair<const char*, Enum>> words) {
  const std::string word = text_field(line, name);
  std::string known;
  for (const auto& [text, value] : words) {
    if (word == text) return value;
    known += known.empty() ? text : std::string(", ") + text;
  }
  throw Refused{std::string("\"") + name + "\" is \"" + word + "\", not one of " + known};
}

// Calls `read` with the number (from 1) and the object of each line, to the end or to the first line that is refused.
// Empty lines are passed over. Returns what was refused.
std::optional<BadLine> read_lines(std::istream& lines,
                                  const std::function<void(std::size_t, const nlohmann::json&)>& read);

}  // namespace kin::check
