// Two contexts of one key as one: what a session has seen whose commands ran at the same time.
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace kin {

// Covers what either of them covers, and nothing else. Error: a sentence where one of them cannot be read, or they are
// of two keys.
tl::expected<std::string, std::string> joined_context(const std::string& a, const std::string& b);

}  // namespace kin
