#include "common/cli/nearest_word.hpp"

#include <algorithm>

namespace kin {
namespace {

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> nearest_word(std::string_view typed, const std::vector<std::string>& words) {
  constexpr std::size_t longest_typed = 64;
  if (typed.size() > longest_typed) return std::nullopt;
  std::optional<std::string> nearest;
  constexpr std::size_t least_prefix = 2, short_word = 3;
  const auto begins_so = [&](const std::string& word) { return word.starts_with(typed); };
  if (typed.size() >= least_prefix && std::count_if(words.begin(), words.end(), begins_so) == 1) {
    return *std::find_if(words.begin(), words.end(), begins_so);
  }
  std::size_t least = std::max<std::size_t>(1, typed.size() / 3) + 1;
  for (const std::string& word : words) {
    const std::size_t steps = distance(typed, word);
    if (steps >= least || steps >= word.size()) continue;
    if (typed.size() <= short_word && typed.front() != word.front()) continue;
    least = steps;
    nearest = word;
  }
  return nearest;
}

}  // namespace kin
