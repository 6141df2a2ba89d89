#include "common/causality/union_of_lines.hpp"

#include <algorithm>
#include <set>

namespace kin {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string union_of_lines(const std::vector<std::string_view>& texts) {
  std::set<std::string_view> lines;
  for (const std::string_view text : texts) {
    for (const std::string_view line : lines_of(text)) lines.insert(line);
  }
  std::string out;
  for (const std::string_view line : lines) out.append(line).append("\n");
  const bool newline = std::any_of(texts.begin(), texts.end(), [](std::string_view t) { return t.ends_with('\n'); });
  if (!out.empty() && !newline) out.pop_back();
  return out;
}

}  // namespace kin
