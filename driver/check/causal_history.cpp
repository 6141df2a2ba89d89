#include "driver/check/causal_history.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace kin::check {

using nlohmann::json;

namespace {

// Ends the reading of one line; caught in read_causal_history.
struct Refused {
  std::string message;
};

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

// Values that are not UTF-8 stand as an object; equal values print equally.
std::string value_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) return value.dump(-1, ' ', true, json::error_handler_t::replace);
  throw Refused{"a value is neither a string nor an object"};
}

std::vector<std::string> values_of(const json& line, const char* name) {
  const json& list = field(line, name);
  if (!list.is_array()) throw Refused{std::string("\"") + name + "\" is no array"};
  std::vector<std::string> out;
  for (const json& value : list) out.push_back(value_of(value));
  return out;
}

std::optional<std::int64_t> time_of(const json& line, const char* name) {
  const json& value = field(line, name);
  if (value.is_null()) return std::nullopt;
  if (!value.is_number_integer()) throw Refused{std::string("\"") + name + "\" is no whole number"};
  return value.get<std::int64_t>();
}

template <class Enum>
Enum one_of(const json& line, const char* name, std::initializer_list<std::pair<const char*, Enum>> words) {
  const std::string word = text_field(line, name);
  std::string known;
  for (const auto& [text, value] : words) {
    if (word == text) return value;
    known += known.empty() ? text : std::string(", ") + text;
  }
  throw Refused{std::string("\"") + name + "\" is \"" + word + "\", not one of " + known};
}

struct Reading {
  CausalHistory history;
  std::map<std::string, std::size_t> by_id;
  std::map<std::pair<std::string, std::string>, std::size_t> by_value;
  std::vector<std::pair<std::size_t, std::string>> contexts;  // operation, id that it names
};

void read_past(Reading& reading, Operation& operation, const json& line) {
  auto context = line.find("context");
  if (context == line.end()) throw Refused{"there is no \"context\""};
  if (context->is_null()) {
    operation.past = Past::nothing;
  } else if (!context->is_string()) {
    throw Refused{"\"context\" is neither null nor a string"};
  } else if (*context == "implied") {
    operation.past = Past::implied;
  } else {
    operation.past = Past::operation;
    reading.contexts.emplace_back(reading.history.operations.size(), context->get<std::string>());
  }
  if (auto replaced = line.find("replaced"); replaced != line.end() && !replaced->is_null())
    operation.replaced = values_of(line, "replaced");
}

void read_line(Reading& reading, std::size_t number, const std::string& text) {
  const json line = json::parse(text, nullptr, false);
  if (line.is_discarded() || !line.is_object()) throw Refused{"this is no JSON object"};
  Operation operation;
  operation.line = number;
  operation.id = text_field(line, "id");
  operation.op =
      one_of<Op>(line, "op", {{"put", Op::put}, {"delete", Op::remove}, {"get", Op::get}, {"final", Op::final_read}});
  operation.plain_key = value_of(field(line, "key"));
  operation.key = operation.plain_key;
  if (line.contains("bucket")) {
    operation.bucket = value_of(line["bucket"]);
    operation.key = operation.bucket + '/' + operation.plain_key;
  }
  operation.outcome =
      one_of<Outcome>(line, "outcome", {{"ok", Outcome::ok}, {"fail", Outcome::fail}, {"unknown", Outcome::unknown}});
  if (auto node = line.find("node"); node != line.end() && node->is_string()) operation.node = *node;
  const auto start = time_of(line, "start_ns");
  if (!start) throw Refused{"\"start_ns\" is null"};
  operation.start_ns = *start;
  operation.end_ns = time_of(line, "end_ns");
  if (operation.end_ns && *operation.end_ns < *start) throw Refused{"it ends before it starts"};
  if (operation.outcome == Outcome::ok && !operation.end_ns) throw Refused{"it is ok, but \"end_ns\" is null"};

  if (operation.op == Op::put) operation.value = value_of(field(line, "value"));
  if (operation.writes()) read_past(reading, operation, line);
  if (!operation.writes() && operation.outcome == Outcome::ok) operation.values = values_of(line, "values");
  if (operation.op == Op::final_read && operation.node.empty()) throw Refused{"a final read without a \"node\""};

  const std::size_t position = reading.history.operations.size();
  if (auto [first, fresh] = reading.by_id.emplace(operation.id, position); !fresh)
    throw Refused{"id " + operation.id + " stands in line " +
                  std::to_string(reading.history.operations[first->second].line) + " too"};
  if (operation.op == Op::put) {
    if (auto [first, fresh] = reading.by_value.emplace(std::pair(operation.key, operation.value), position); !fresh)
      throw Refused{"value " + operation.value + " of key " + operation.key + " is written in line " +
                    std::to_string(reading.history.operations[first->second].line) +
                    " too; values must be unique, since they name writes"};
  }
  reading.history.operations.push_back(std::move(operation));
}

// Lines of several clients may stand in any order, so contexts are looked up when all have been read.
std::optional<BadLine> resolve_contexts(Reading& reading) {
  for (const auto& [position, id] : reading.contexts) {
    Operation& operation = reading.history.operations[position];
    auto found = reading.by_id.find(id);
    if (found == reading.by_id.end()) return BadLine{operation.line, "there is no operation with id " + id};
    const Operation& seen = reading.history.operations[found->second];
    if (seen.key != operation.key) return BadLine{operation.line, "operation " + id + " is of another key"};
    if (seen.outcome != Outcome::ok)
      return BadLine{operation.line, "operation " + id + " did not succeed, so it gave no context"};
    operation.seen = found->second;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(Op op) {
  switch (op) {
    case Op::put: return "put";
    case Op::remove: return "delete";
    case Op::get: return "get";
    case Op::final_read: return "final";
  }
  return "?";
}

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::fail: return "fail";
    case Outcome::unknown: return "unknown";
  }
  return "?";
}

tl::expected<CausalHistory, BadLine> read_causal_history(std::istream& lines) {
  Reading reading;
  std::string text;
  for (std::size_t number = 1; std::getline(lines, text); ++number) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    try {
      read_line(reading, number, text);
    } catch (const Refused& refused) {
      return tl::unexpected(BadLine{number, refused.message});
    }
  }
  if (auto bad = resolve_contexts(reading)) return tl::unexpected(*bad);
  return std::move(reading.history);
}

}  // namespace kin::check
