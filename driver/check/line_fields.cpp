#include "driver/check/line_fields.hpp"

#include <cstdint>
#include <limits>

namespace kin::check {

using nlohmann::json;

namespace {

std::optional<std::int64_t> time_of(const json& line, const char* name) {
  const json& value = field(line, name);
  if (value.is_null()) return std::nullopt;
  if (!value.is_number_integer()) throw Refused{std::string("\"") + name + "\" is no whole number"};
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
    throw Refused{std::string("\"") + name + "\" is more than 2^63 - 1"};
  return value.get<std::int64_t>();
}

json object_of(const std::string& text) {
  const auto not_too_deep = [](int depth, json::parse_event_t, json&) {
    if (depth > deepest_nesting)
      throw Refused{"it is nested more than " + std::to_string(deepest_nesting) + " levels deep"};
    return true;
  };
  json line = json::parse(text, not_too_deep, false);
  if (line.is_discarded() || !line.is_object()) throw Refused{"this is no JSON object"};
  return line;
}

}  // namespace

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::fail: return "fail";
    case Outcome::unknown: return "unknown";
  }
  return "?";
}

const json& field(const json& line, const char* name) {
  auto found = line.find(name);
  if (found == line.end()) throw Refused{std::string("there is no \"") + name + '"'};
  return *found;
}

std::string text_field(const json& line, const char* name) {
  const json& value = field(line, name);
  if (!value.is_string()) throw Refused{std::string("\"") + name + "\" is no string"};
  return value.get<std::string>();
}

std::string canonical(const json& value) { return value.dump(-1, ' ', true, json::error_handler_t::replace); }

std::string plain_value(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) return canonical(value);
  throw Refused{"a value is neither a string nor an object"};
}

KeyName key_of(const json& line) {
  KeyName out;
  out.plain_key = plain_value(field(line, "key"));
  out.key = out.plain_key;
  if (line.contains("bucket")) {
    out.bucket = plain_value(line["bucket"]);
    out.key = out.bucket + '/' + out.plain_key;
  }
  return out;
}

Course course_of(const json& line) {
  Course course;
  course.outcome =
      one_of<Outcome>(line, "outcome", {{"ok", Outcome::ok}, {"fail", Outcome::fail}, {"unknown", Outcome::unknown}});
  const auto start = time_of(line, "start_ns");
  if (!start) throw Refused{"\"start_ns\" is null"};
  course.start_ns = *start;
  course.end_ns = time_of(line, "end_ns");
  if (course.end_ns && *course.end_ns < course.start_ns) throw Refused{"it ends before it starts"};
  if (course.outcome == Outcome::ok && !course.end_ns) throw Refused{"it is ok, but \"end_ns\" is null"};
  return course;
}

std::optional<BadLine> read_lines(std::istream& lines, const std::function<void(std::size_t, const json&)>& read) {
  std::string text;
  for (std::size_t number = 1; std::getline(lines, text); ++number) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    try {
      read(number, object_of(text));
    } catch (const Refused& refused) {
      return BadLine{number, refused.message};
    }
  }
  return std::nullopt;
}

}  // namespace kin::check
