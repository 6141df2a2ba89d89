#include "node/protocols/causal/conflict_rule.hpp"

#include <algorithm>
#include <tuple>

#include "common/causality/union_of_lines.hpp"

namespace kin::causal {
namespace {

std::size_t winner(OnConflict rule, const std::vector<wire::ShownSibling>& values) {
  const auto less = [&](const wire::ShownSibling& a, const wire::ShownSibling& b) {
    if (rule == OnConflict::max) return std::tie(a.value, a.dot) < std::tie(b.value, b.dot);
    return std::tie(a.written_us, a.dot) < std::tie(b.written_us, b.dot);
  };
  return static_cast<std::size_t>(std::max_element(values.begin(), values.end(), less) - values.begin());
}

}  // namespace

std::vector<wire::ShownSibling> by_rule(OnConflict rule, std::vector<wire::ShownSibling> values) {
  if (rule == OnConflict::siblings || values.size() < 2) return values;
  wire::ShownSibling out = values[winner(rule, values)];
  if (rule == OnConflict::union_of_lines) {
    std::vector<std::string_view> texts;
    for (const wire::ShownSibling& value : values) {
      texts.push_back(value.value);
      out.clock.join(value.clock);
    }
    out.value = union_of_lines(texts);
  }
  return {std::move(out)};
}

std::vector<wire::ShownSibling> thrown_away(OnConflict rule, const std::vector<wire::ShownSibling>& replaced) {
  const bool throws = rule == OnConflict::latest || rule == OnConflict::max;
  if (!throws || replaced.size() < 2) return {};
  std::vector<wire::ShownSibling> out = replaced;
  out.erase(out.begin() + static_cast<std::ptrdiff_t>(winner(rule, replaced)));
  return out;
}

}  // namespace kin::causal
