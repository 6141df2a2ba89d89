#include "tests/shiviz_rules.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace kin {
namespace {

using Clock = std::map<std::string, std::uint64_t>;

struct Event {
  std::size_t line = 0;
  std::string host;
  Clock clock;
};

// \S+ and the space behind it, off the front.
std::optional<std::string> take_word(std::string_view& rest) {
  const std::size_t end = rest.find_first_of(" \t\r\n\f\v");
  if (end == 0 || end == std::string_view::npos || rest[end] != ' ') return std::nullopt;
  std::string word(rest.substr(0, end));
  rest.remove_prefix(end + 1);
  return word;
}

std::optional<Clock> parse_clock(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  Clock clock;
  for (const auto& [host, count] : json.items()) {
    if (!count.is_number_unsigned()) return std::nullopt;
    clock[host] = count.get<std::uint64_t>();
  }
  return clock;
}

// By hand, since std::regex recurses once a character and traces may have long lines.
std::optional<Event> parse_line(std::string_view rest) {
  const auto timestamp = take_word(rest);
  const auto host = timestamp ? take_word(rest) : std::nullopt;
  if (!host || !rest.starts_with('{')) return std::nullopt;
  const std::size_t end = rest.find("} ");  // the shortest {...} with a space behind it
  if (end == std::string_view::npos || rest.find_first_of("\r\n") != std::string_view::npos) return std::nullopt;
  auto clock = parse_clock(rest.substr(0, end + 1));
  if (!clock) return std::nullopt;
  return Event{0, *host, std::move(*clock)};
}

std::uint64_t at(const Clock& clock, const std::string& host) {
  const auto found = clock.find(host);
  return found == clock.end() ? 0 : found->second;
}

// An entry in which `clock` is below `other`.
std::optional<std::string> below(const Clock& clock, const Clock& other) {
  for (const auto& [host, count] : other) {
    if (at(clock, host) < count) return host;
  }
  return std::nullopt;
}

std::string place(const Event& event) { return "line " + std::to_string(event.line) + " (" + event.host + "): "; }

class Check {
 public:
  std::vector<std::string> run(const std::vector<std::string>& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      auto event = parse_line(lines[i]);
      if (!event) {
        violations_.push_back("line " + std::to_string(i + 1) + ": does not match: " + lines[i].substr(0, 100));
        continue;
      }
      event->line = i + 1;
      follow(std::move(*event));
    }
    for (const auto& [name, event] : events_) look_up(event);
    return std::move(violations_);
  }

 private:
  using Name = std::pair<std::string, std::uint64_t>;

  void follow(Event event) {
    const std::uint64_t own = at(event.clock, event.host);
    if (own == 0) {
      violations_.push_back(place(event) + "the host is not in its own clock");
      return;
    }
    const Clock& before = last_[event.host];
    if (own != at(before, event.host) + 1) {
      violations_.push_back(place(event) + "the own entry goes from " + std::to_string(at(before, event.host)) +
                            " to " + std::to_string(own));
    } else if (const auto host = below(event.clock, before)) {
      violations_.push_back(place(event) + "the entry of " + *host + " goes back");
    }
    last_[event.host] = event.clock;
    Name name{event.host, own};
    events_.insert_or_assign(std::move(name), std::move(event));
  }

  void look_up(const Event& event) {
    for (const auto& [host, count] : event.clock) {
      if (count == 0) continue;
      const auto named = events_.find({host, count});
      const std::string what = host + ':' + std::to_string(count);
      if (named == events_.end()) {
        violations_.push_back(place(event) + "names " + what + ", which is not there");
      } else if (const auto lacking = below(event.clock, named->second.clock)) {
        violations_.push_back(place(event) + "knows " + what + ", but less of " + *lacking + " than that knew");
      }
    }
  }

  std::vector<std::string> violations_;
  std::map<std::string, Clock> last_;
  std::map<Name, Event> events_;
};

}  // namespace

std::vector<std::string> check_shiviz(const std::vector<std::string>& lines) { return Check().run(lines); }

std::vector<std::string> trace_lines(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<std::string> lines;
  std::string line;
  while (std::getline(in, line) && !in.eof()) lines.push_back(line);
  return lines;
}

}  // namespace kin
