// Writing a page where a user wants it.
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace kin {

// The file holds the whole text afterwards, or is what it was before. Error: a sentence with its name.
tl::expected<void, std::string> write_page(const std::string& path, const std::string& text);

}  // namespace kin
