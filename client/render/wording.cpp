#include "client/render/wording.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "client/render/bytes.hpp"

namespace kin {

Status status_of(const wire::ReadReply& reply) {
  if (reply.siblings.empty()) return Status::not_found;
  return reply.siblings.size() == 1 ? Status::ok : Status::conflict;
}

std::string nothing_there(const std::string& key) { return "nothing is stored under " + shortened(key, 60); }

std::string duration(std::uint64_t us) {
  if (us < 1'000'000) return std::to_string(us / 1000) + " ms";
  const std::uint64_t seconds = us / 1'000'000;
  if (seconds < 120) return std::to_string(seconds) + "." + std::to_string(us / 100'000 % 10) + " s";
  if (seconds < 7200) return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
  return std::to_string(seconds / 3600) + " h " + std::to_string(seconds / 60 % 60) + " min";
}

std::string rate_text(double a_second) {
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), a_second < 100 ? "%.1f/s" : "%.0f/s", a_second);
  return out.data();
}

std::string partial_write(const wire::WriteReply& reply) {
  return std::to_string(reply.got) + " of " + std::to_string(reply.wanted) +
         " members have it on disk so far; it stays and spreads";
}

std::string wrapped(const std::string& lead, const std::string& text, std::size_t width) {
  const std::string deeper(columns(lead), ' ');
  std::string out = lead;
  std::size_t column = deeper.size();
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = std::string_view(text).substr(at, end - at);
    const bool first = column == deeper.size();
    if (!first && width != 0 && column + 1 + columns(word) > width) {
      out += '\n' + deeper;
      column = deeper.size();
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += columns(word);
    at = end + 1;
  }
  return out + '\n';
}

}  // namespace kin
