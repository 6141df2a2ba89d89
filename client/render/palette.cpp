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

}  // namespace kin
