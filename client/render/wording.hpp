// Sentences that the text and the JSON output share.
#pragma once

#include <cstddef>
#include <string>

#include "common/wire/replies.hpp"
#include "common/wire/status.hpp"

namespace kin {

// OK, NOT_FOUND or CONFLICT.
Status status_of(const wire::ReadReply& reply);

// "nothing is stored under cart"
std::string nothing_there(const std::string& key);

// "17 ms", "1.5 s", "3 min 20 s", "5 h 12 min"
std::string duration(std::uint64_t us);

// "0.5/s", "99.9/s", "1234567/s"
std::string rate_text(double a_second);

// "1 of 3 members have it on disk so far; it stays and spreads"
std::string partial_write(const wire::WriteReply& reply);

// `lead` and the words of `text` in lines of at most `width` columns (0: one line), broken at blanks where that can be;
// later lines are indented as deep as the first word. Ends with a newline.
std::string wrapped(const std::string& lead, const std::string& text, std::size_t width);

}  // namespace kin
