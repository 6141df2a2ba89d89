#include "driver/check/causal_history.hpp"

#include <map>
#include <utility>

#include "driver/check/line_fields.hpp"

namespace kin::check {

using nlohmann::json;

namespace {

std::vector<std::string> values_of(const json& line, const char* name) {
  const json& list = field(line, name);
  if (!list.is_array()) throw Refused{std::string("\"") + name + "\" is no array"};
  std::vector<std::string> out;
  for (const json& value : list) out.push_back(plain_value(value));
  return out;
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
  operation.sent_again = line.value("sent_again", json(false)) == json(true);
}

void read_line(Reading& reading, std::size_t number, const json& line) {
  Operation operation;
  operation.line = number;
  operation.id = text_field(line, "id");
  operation.op =
      one_of<Op>(line, "op", {{"put", Op::put}, {"delete", Op::remove}, {"get", Op::get}, {"final", Op::final_read}});
  static_cast<KeyName&>(operation) = key_of(line);
  if (auto node = line.find("node"); node != line.end() && node->is_string()) operation.node = *node;
  if (auto session = line.find("session"); session != line.end()) operation.session = plain_value(*session);
  static_cast<Course&>(operation) = course_of(line);

  if (operation.op == Op::put) operation.value = plain_value(field(line, "value"));
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

tl::expected<CausalHistory, BadLine> read_causal_history(std::istream& lines) {
  Reading reading;
  if (auto bad = read_lines(lines, [&](auto number, const json& line) { read_line(reading, number, line); }))
    return tl::unexpected(*bad);
  if (auto bad = resolve_contexts(reading)) return tl::unexpected(*bad);
  return std::move(reading.history);
}

}  // namespace kin::check
