#include "driver/check/register_history.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "driver/check/line_fields.hpp"

namespace kin::check {

using nlohmann::json;

namespace {

std::string client_of(const json& line) {
  const json& client = field(line, "client");
  if (client.is_number_integer()) return client.dump();
  return text_field(line, "client");
}

RegisterOperation operation_of(std::size_t number, const json& line) {
  RegisterOperation out;
  out.line = number;
  out.client = client_of(line);
  out.op = one_of<RegisterOp>(line, "op",
                              {{"read", RegisterOp::read}, {"write", RegisterOp::write}, {"cas", RegisterOp::cas}});
  static_cast<KeyName&>(out) = key_of(line);
  static_cast<Course&>(out) = course_of(line);
  const bool ok = out.outcome == Outcome::ok;
  if (out.op == RegisterOp::read) {
    if (ok) out.value = canonical(field(line, "value"));
    return out;
  }
  const json& value = field(line, "value");
  if (out.op == RegisterOp::write) {
    out.value = canonical(value);
    return out;
  }
  if (!value.is_array() || value.size() != 2) throw Refused{"\"value\" of a cas is not [expected, new]"};
  out.expected = canonical(value[0]);
  out.value = canonical(value[1]);
  if (!ok) return out;
  const json& swapped = field(line, "swapped");
  if (!swapped.is_boolean()) throw Refused{"\"swapped\" is neither true nor false"};
  out.swapped = swapped.get<bool>();
  return out;
}

// A client does one thing at a time. Lines of one client may stand in any order.
std::optional<BadLine> overlap(const std::vector<RegisterOperation>& operations) {
  std::map<std::string, std::vector<const RegisterOperation*>> by_client;
  for (const RegisterOperation& one : operations) by_client[one.client].push_back(&one);
  std::optional<BadLine> first;
  for (auto& [client, all] : by_client) {
    auto order = [](const RegisterOperation* one) {
      return std::tuple(one->start_ns, one->end_ns.value_or(one->start_ns), one->line);
    };
    std::sort(all.begin(), all.end(), [&](auto* left, auto* right) { return order(left) < order(right); });
    const RegisterOperation* last = nullptr;  // that has an end
    for (const RegisterOperation* one : all) {
      if (last && one->start_ns < *last->end_ns) {
        const auto [earlier, later] = std::minmax(last->line, one->line);
        if (!first || later < first->line)
          first =
              BadLine{later, "it overlaps line " + std::to_string(earlier) + ", which is client " + client + "'s too"};
      }
      if (one->end_ns && (!last || *last->end_ns < *one->end_ns)) last = one;
    }
  }
  return first;
}

}  // namespace

std::string_view name(RegisterOp op) {
  switch (op) {
    case RegisterOp::read: return "read";
    case RegisterOp::write: return "write";
    case RegisterOp::cas: return "cas";
  }
  return "?";
}

tl::expected<RegisterHistory, BadLine> read_register_history(std::istream& lines) {
  RegisterHistory history;
  if (auto bad = read_lines(
          lines, [&](auto number, const json& line) { history.operations.push_back(operation_of(number, line)); }))
    return tl::unexpected(*bad);
  if (auto bad = overlap(history.operations)) return tl::unexpected(*bad);
  return history;
}

}  // namespace kin::check
