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

// One file, read up to its end as often as that moves.
class TraceFile {
 public:
  explicit TraceFile(const fs::path& path) : path_(path.string()), file_(path, std::ios::binary) {}

  const std::string& path() const { return path_; }
  bool opened() const { return file_.is_open(); }
  bool torn() const { return torn_; }

  // Appends the whole lines that were not read yet. Error: a sentence that names the file and line.
  tl::expected<void, std::string> read_on(std::vector<TraceLine>& out) {
    file_.clear();
    file_.seekg(end_);
    torn_ = false;
    for (std::string text; std::getline(file_, text);) {
      if (file_.eof()) {
        torn_ = true;
        break;
      }
      ++number_;
      end_ += static_cast<std::streamoff>(text.size()) + 1;
      auto line = parse_trace_line(text);
      if (!line) return tl::unexpected(path_ + ':' + std::to_string(number_) + ": no line of a trace");
      out.push_back(std::move(*line));
    }
    return {};
  }

 private:
  std::string path_;
  std::ifstream file_;
  std::streamoff end_ = 0;  // of the last whole line
  std::size_t number_ = 0;  // of that line
  bool torn_ = false;       // bytes stand behind it
};

}  // namespace

void join(TraceClock& into, const TraceClock& from) {
  auto at = into.begin();  // both are sorted: looking each host up would take a third of what kin log does
  for (const auto& [host, count] : from) {
    while (at != into.end() && at->first < host) ++at;
    if (at == into.end() || at->first != host) at = into.emplace_hint(at, host, 0);
    at->second = std::max(at->second, count);
  }
}

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
  if (std::error_code none; fs::is_regular_file(folder, none)) {
    return tl::unexpected(folder + " is a file: give the folder that it is in, with the traces of all nodes");
  }
  std::vector<fs::path> paths = traces_in(folder);
  if (paths.empty()) paths = traces_in(fs::path(folder) / "logs");
  if (paths.empty()) return tl::unexpected("there is no *.trace in " + folder + ", nor in " + folder + "/logs");
  std::vector<TraceFile> files(paths.begin(), paths.end());
  Traces out;
  out.files = files.size();
  TraceClock named;
  for (TraceFile& file : files) {
    if (!file.opened()) return tl::unexpected(file.path() + " cannot be read");
    const std::size_t before = out.lines.size();
    if (const auto read = file.read_on(out.lines); !read) return tl::unexpected(read.error());
    for (std::size_t i = before; i < out.lines.size(); ++i) join(named, out.lines[i].clock);
  }
  // The files were read one behind the other, and nodes that run went on writing: a later file names lines that an
  // earlier one did not have yet. They are there by now, since a line is written before the message that tells of it
  // leaves; and what had been seen by one that is named is named too, so once is enough.
  for (TraceFile& file : files) {
    std::vector<TraceLine> later;
    if (const auto read = file.read_on(later); !read) return tl::unexpected(read.error());
    for (TraceLine& line : later) {
      const auto known = named.find(line.host);
      if (known != named.end() && line.clock.at(line.host) <= known->second) out.lines.push_back(std::move(line));
    }
    if (file.torn()) out.torn.push_back(file.path());
  }
  return out;
}

}  // namespace kin
