#include "client/traces/trace_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

namespace kin {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> traces_in(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code unreadable;
  for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
    if (entry.path().extension() == ".trace") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Up to the next space, off the front.
std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

std::optional<TraceClock> parse_clock(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  TraceClock clock;
  for (const auto& [host, count] : json.items()) {
    if (!count.is_number_unsigned()) return std::nullopt;
    clock[host] = count.get<std::uint64_t>();
  }
  return clock;
}

}  // namespace

std::optional<TraceLine> parse_trace_line(std::string_view text) {
  TraceLine out;
  std::string_view rest = text;
  out.time = take_word(rest);
  out.host = take_word(rest);
  const std::size_t end = rest.find("} ");
  if (out.time.empty() || out.host.empty() || !rest.starts_with('{') || end == std::string_view::npos) {
    return std::nullopt;
  }
  auto clock = parse_clock(rest.substr(0, end + 1));
  if (!clock || !clock->contains(out.host)) return std::nullopt;
  out.clock = std::move(*clock);
  rest.remove_prefix(end + 2);
  out.event = take_word(rest);
  out.fields = rest;
  out.text = text;
  if (out.event.empty()) return std::nullopt;
  return out;
}

tl::expected<Traces, std::string> read_traces(const std::string& folder) {
  std::vector<fs::path> paths = traces_in(folder);
  if (paths.empty()) paths = traces_in(fs::path(folder) / "logs");
  if (paths.empty()) return tl::unexpected("there is no *.trace in " + folder + ", nor in " + folder + "/logs");
  Traces out;
  out.files = paths.size();
  for (const fs::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return tl::unexpected(path.string() + " cannot be read");
    std::string text;
    for (std::size_t number = 1; std::getline(file, text); ++number) {
      if (file.eof()) {
        out.torn.push_back(path.string());
        break;
      }
      auto line = parse_trace_line(text);
      if (!line) {
        return tl::unexpected(path.string() + ":" + std::to_string(number) + ": no line of a trace");
      }
      out.lines.push_back(std::move(*line));
    }
  }
  return out;
}

}  // namespace kin
