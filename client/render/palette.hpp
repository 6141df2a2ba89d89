// Colours of the terminal, or none. One decision for all output.
#pragma once

#include <string>
#include <string_view>

namespace kin {

struct ColourConditions {
  bool no_color_flag = false;
  std::string_view no_color_env;  // NO_COLOR: any text but the empty one switches colours off
  std::string_view term_env;      // TERM
  bool terminal = false;          // the output is one
};

bool use_colour(const ColourConditions& conditions);

// Escape sequences; all empty where there is no colour.
struct Palette {
  std::string_view bold, dim, red, green, yellow, reset;
};

Palette palette(bool colour);

// `colour` is one of the palette's.
std::string emphasised(std::string_view colour, const std::string& text, const Palette& palette);

}  // namespace kin
