// Command lines of kin as scenario files write them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace kin::driver {

// Splits at blanks; '...' and "..." keep theirs, and \ keeps the next character, as in a shell without expansions.
// Error: a sentence.
tl::expected<std::vector<std::string>, std::string> split_words(const std::string& line);

// What stands for a name in ${NAME}; nothing when the name is not known.
using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

// Replaces every ${NAME}. Error: a sentence that names the unknown one.
tl::expected<std::string, std::string> fill_names(const std::string& word, const Lookup& lookup);

}  // namespace kin::driver
