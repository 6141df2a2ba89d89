// Command lines of kin as scenario files write them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>

namespace kin::driver {

// What stands for a name in ${NAME}; nothing when the name is not known.
using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

// Replaces every ${NAME}. Error: a sentence that names the unknown one.
tl::expected<std::string, std::string> fill_names(const std::string& word, const Lookup& lookup);

}  // namespace kin::driver
