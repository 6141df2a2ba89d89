#include "client/traces/trace_fields.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace kin {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded =
        text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    out += coded ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])) : text[i];
    if (coded) i += 2;
  }
  return out;
}

template <class Each>
void split(std::string_view text, char at, const Each& each) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(at), text.size());
    if (end > 0) each(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

template <class Number>
std::optional<Number> whole(std::string_view text) {
  Number out{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

std::map<std::string, std::string> parse_trace_fields(std::string_view fields) {
  std::map<std::string, std::string> out;
  split(fields, ' ', [&](std::string_view word) {
    const std::size_t equals = word.find('=');
    if (equals != std::string_view::npos) {
      out.try_emplace(unescaped(word.substr(0, equals)), unescaped(word.substr(equals + 1)));
    }
  });
  return out;
}

std::uint64_t trace_number(const std::string& text) { return whole<std::uint64_t>(text).value_or(0); }

std::vector<DotRun> parse_dot_runs(std::string_view text) {
  std::vector<DotRun> out;
  split(text, ',', [&](std::string_view one) {
    const std::size_t colon = one.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return;
    const std::string_view counts = one.substr(colon + 1);
    const std::size_t dash = counts.find('-');
    const auto first = whole<std::uint64_t>(counts.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : whole<std::uint64_t>(counts.substr(dash + 1));
    if (first && last && *first <= *last) out.push_back({std::string(one.substr(0, colon)), *first, *last});
  });
  return out;
}

std::uint64_t trace_time_us(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != 27 || text[10] != 'T' || text[19] != '.' || text[26] != 'Z') return 0;
  const auto number = [&](std::size_t from, std::size_t size) { return whole<unsigned>(text.substr(from, size)); };
  const auto y = number(0, 4), mo = number(5, 2), d = number(8, 2), h = number(11, 2), mi = number(14, 2),
             s = number(17, 2), us = number(20, 6);
  if (!y || !mo || !d || !h || !mi || !s || !us) return 0;
  const year_month_day date{year(static_cast<int>(*y)), month(*mo), day(*d)};
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 60) return 0;
  const auto at = sys_days(date) + hours(*h) + minutes(*mi) + seconds(*s) + microseconds(*us);
  return static_cast<std::uint64_t>(duration_cast<microseconds>(at.time_since_epoch()).count());
}

}  // namespace kin
