#include "client/cli/argument_values.hpp"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace kin {
namespace {

template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

VersionVector by_position(const std::vector<std::uint64_t>& positions) {
  VersionVector::Counts counts;
  for (std::size_t i = 0; i < positions.size(); ++i) counts[NodeId(std::to_string(i))] = positions[i];
  return VersionVector(std::move(counts));
}

}  // namespace

tl::expected<std::chrono::milliseconds, std::string> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double ms;
  };
  constexpr double longest_ms = 24.0 * 3600 * 1000;
  for (const Unit& unit : {Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000}, Unit{"h", 3'600'000}}) {
    if (!text.ends_with(unit.name)) continue;
    double number = 0;
    if (!parse_number(text.substr(0, text.size() - unit.name.size()), number)) continue;
    const double ms = std::round(number * unit.ms);
    if (ms >= 1 && ms <= longest_ms) return std::chrono::milliseconds(static_cast<std::int64_t>(ms));
    return tl::unexpected("'" + std::string(text) + "' is out of range: from 1ms to 24h");
  }
  return tl::unexpected("'" + std::string(text) + "' is no time: a number and ms, s, m or h, as in 500ms or 2s");
}

tl::expected<wire::Level, std::string> parse_level(std::string_view text) {
  if (text == "quorum") return wire::Level{wire::Quorum::majority, 0};
  if (text == "all") return wire::Level{wire::Quorum::all, 0};
  std::uint32_t count = 0;
  if (parse_number(text, count) && count >= 1) return wire::Level{wire::Quorum::count, count};
  return tl::unexpected("'" + std::string(text) + "' is no number of replicas: a number from 1, quorum or all");
}

tl::expected<std::uint64_t, std::string> parse_whole_number(std::string_view text) {
  std::uint64_t number = 0;
  if (parse_number(text, number)) return number;
  return tl::unexpected("'" + std::string(text) + "' is no whole number from 0 to 18446744073709551615");
}

bool is_dot(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::size_t point = text.substr(0, colon).rfind('.');
  if (colon == std::string_view::npos || point == std::string_view::npos || point == 0) return false;
  std::uint64_t counter = 0;
  std::uint32_t ordinal = 0;
  return parse_number(text.substr(colon + 1), counter) &&
         parse_number(text.substr(point + 1, colon - point - 1), ordinal);
}

tl::expected<std::uint32_t, std::string> parse_percent(std::string_view text) {
  const std::string_view digits = text.ends_with('%') ? text.substr(0, text.size() - 1) : text;
  std::uint32_t percent = 0;
  if (parse_number(digits, percent) && percent <= 100) return percent;
  return tl::unexpected("'" + std::string(text) + "' is no percentage: a whole number from 0 to 100");
}

tl::expected<ClockArgument, std::string> parse_clock(const std::string& text) {
  const auto refuse = [&] {
    return tl::unexpected("'" + text + "' is no clock: a list [3,1,3] or a map {\"n1\":3} of numbers from 0");
  };
  const auto json = nlohmann::json::parse(text, nullptr, false);
  ClockArgument clock;
  if (json.is_array()) {
    clock.positional = true;
    for (const auto& count : json) {
      if (!count.is_number_unsigned()) return refuse();
      clock.positions.push_back(count.get<std::uint64_t>());
    }
    return clock;
  }
  if (!json.is_object()) return refuse();
  VersionVector::Counts counts;
  for (const auto& [node, count] : json.items()) {
    NodeId id;
    if (!id.assign(node) || !count.is_number_unsigned()) return refuse();
    counts[id] = count.get<std::uint64_t>();
  }
  clock.named = VersionVector(std::move(counts));
  return clock;
}

tl::expected<Relation, std::string> compare(const ClockArgument& a, const ClockArgument& b) {
  if (a.positional != b.positional) {
    return tl::unexpected<std::string>("a list and a map cannot be compared: give both in the same form");
  }
  if (!a.positional) return a.named.compare(b.named);
  if (a.positions.size() != b.positions.size()) {
    return tl::unexpected("the lists have " + std::to_string(a.positions.size()) + " and " +
                          std::to_string(b.positions.size()) + " positions: they are not clocks of one cluster");
  }
  return by_position(a.positions).compare(by_position(b.positions));
}

tl::expected<std::pair<std::string, std::string>, std::string> parse_pair(const std::string& text,
                                                                          const Metadata& taken) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    return tl::unexpected("'" + text + "' is no NAME=TEXT");
  }
  std::string name = text.substr(0, equals);
  if (taken.contains(name)) return tl::unexpected("'" + name + "' is there twice");
  return std::pair{std::move(name), text.substr(equals + 1)};
}

}  // namespace kin
