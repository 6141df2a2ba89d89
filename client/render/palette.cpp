#include "client/render/palette.hpp"

namespace kin {

bool use_colour(const ColourConditions& conditions) {
  return !conditions.no_color_flag && conditions.no_color_env.empty() && conditions.terminal &&
         !conditions.term_env.empty() && conditions.term_env != "dumb";
}

Palette palette(bool colour) {
  if (!colour) return {};
  return {"\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"};
}

std::string emphasised(std::string_view colour, const std::string& text, const Palette& palette) {
  return std::string(colour) + text + std::string(colour.empty() ? "" : palette.reset);
}

}  // namespace kin
