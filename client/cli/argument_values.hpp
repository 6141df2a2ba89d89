// Values of command-line flags. Errors are sentences for the user.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "common/causality/version_vector.hpp"
#include "common/wire/requests.hpp"

namespace kin {

// 500ms, 2s, 1m; a fraction is allowed (1.5s). More than nothing, at most a day.
tl::expected<std::chrono::milliseconds, std::string> parse_duration(std::string_view text);

// A number from 1, quorum or all.
tl::expected<wire::Level, std::string> parse_level(std::string_view text);

// From 0 to 18446744073709551615.
tl::expected<std::uint64_t, std::string> parse_whole_number(std::string_view text);

// As dots are printed: n1.3:57.
bool is_dot(std::string_view text);

// 30 or 30%: from 0 to 100.
tl::expected<std::uint32_t, std::string> parse_percent(std::string_view text);

// [3,1,3] or {"n1": 3}.
struct ClockArgument {
  bool positional = false;
  std::vector<std::uint64_t> positions;
  VersionVector named;
};
tl::expected<ClockArgument, std::string> parse_clock(const std::string& text);

// Lists are compared by position, and must be equally long; a list and a map cannot be compared.
tl::expected<Relation, std::string> compare(const ClockArgument& a, const ClockArgument& b);

// "by=till 4"; the name may not be empty, nor in `taken`. Error: a sentence.
tl::expected<std::pair<std::string, std::string>, std::string> parse_pair(const std::string& text,
                                                                          const Metadata& taken);

}  // namespace kin
