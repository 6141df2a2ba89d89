// Keys and values are bytes; people, terminals, shells and JSON want text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kin {

// Strict: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view bytes);

// RFC 4648, section 4, with padding.
std::string to_base64(std::string_view bytes);

// One line that a terminal shows as it is: control characters, U+FFFE, U+FFFF and bytes that are
// not UTF-8 become \n, \t, \\ or \xHH.
std::string escaped(std::string_view bytes);

// Escaped, and cut to `most` columns (at least 16) with the size of the whole at the end: abc... (1048576 bytes).
std::string shortened(std::string_view bytes, std::size_t most);

// The columns that UTF-8 text takes on a terminal: wide characters two, those that combine with the one before them
// none.
std::size_t columns(std::string_view text);

// The bytes of its longest beginning of whole characters that takes no more than `most` columns.
std::size_t bytes_within(std::string_view text, std::size_t most);

// A word that a POSIX shell reads as these bytes; in $'...' where they are not printable (bash, zsh, ksh).
std::string shell_word(std::string_view bytes);

// 2026-01-31T12:00:00.000000Z
std::string utc_time(std::uint64_t us_since_1970);

}  // namespace kin
