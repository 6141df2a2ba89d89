// One text out of several that did not see each other, when each is a set of lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kin {

// All lines of all texts, each once, in the order of their bytes. The last one ends with a newline where the last line
// of any text does.
std::string union_of_lines(const std::vector<std::string_view>& texts);

// Without the newlines.
std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace kin
