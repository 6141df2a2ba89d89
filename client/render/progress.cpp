#include "client/render/progress.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "client/render/wording.hpp"

namespace kin::text {

std::string progress_line(const Progress& progress, std::size_t columns) {
  constexpr std::size_t shortest_bar = 8;
  const double part = std::clamp(progress.part, 0.0, 1.0);
  std::array<char, 8> percent{};
  std::snprintf(percent.data(), percent.size(), "%3d%%", static_cast<int>(part * 100));
  std::string words = std::string(percent.data()) + "  " + progress.done;
  if (progress.rate > 0) words += ", " + rate_text(progress.rate);
  if (progress.failed > 0) words += ", " + std::to_string(progress.failed) + " failed";
  constexpr std::size_t around = 4;  // the brackets, and what is between bar and words
  if (columns < words.size() + around + shortest_bar) return words.substr(0, columns);
  const std::size_t width = columns - words.size() - around;
  const auto full = static_cast<std::size_t>(part * static_cast<double>(width));
  return '[' + std::string(full, '#') + std::string(width - full, ' ') + "]  " + words;
}

}  // namespace kin::text
