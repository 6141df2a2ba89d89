// A line that people type, as words.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace kin {

// Splits at blanks; '...' and "..." keep theirs, and \ keeps the next character, as in a shell without expansions.
// Error: a sentence.
tl::expected<std::vector<std::string>, std::string> split_words(const std::string& line);

}  // namespace kin
