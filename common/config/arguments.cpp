#include "common/config/arguments.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace kin {
namespace {

// U+2010..U+2015 and U+2212, in UTF-8.
constexpr std::array<std::string_view, 7> dashes{"\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x92", "\xe2\x80\x93",
                                                 "\xe2\x80\x94", "\xe2\x80\x95", "\xe2\x88\x92"};

}  // namespace

std::vector<std::string> normalise_arguments(int argc, const char* const* argv,
                                             const std::vector<std::string>& long_names) {
  std::vector<std::string> out;
  for (int i = 1; i < argc; ++i) {
    std::string_view rest = argv[i];
    std::string plain;
    for (bool found = true; found;) {
      found = false;
      if (rest.starts_with('-')) {
        plain += '-';
        rest.remove_prefix(1);
        found = true;
      }
      for (const std::string_view dash : dashes) {
        if (!rest.starts_with(dash)) continue;
        plain += '-';
        rest.remove_prefix(dash.size());
        found = true;
      }
    }
    const std::string name(rest.substr(0, rest.find('=')));
    const bool known = std::find(long_names.begin(), long_names.end(), name) != long_names.end();
    if (known && plain == "-") plain = "--";
    out.push_back(plain + std::string(rest));
  }
  return out;
}

}  // namespace kin
