#include "common/log/causal_trace.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <set>

#include "common/log/timestamp.hpp"

namespace kin {
namespace {

constexpr off_t step_bytes = 1 << 20;
constexpr std::size_t longest_head_bytes = 512;  // of a line: its time and host

// Size bytes from `from` on, fewer at the end of the file; empty on errors.
std::string read_at(int fd, off_t from, std::size_t size) {
  std::string out(size, '\0');
  const ssize_t got = pread(fd, out.data(), out.size(), from);
  out.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return out;
}

// Where the last line that ends in a line break ends; lines may be of any length.
off_t end_of_last_line(int fd, off_t size) {
  for (off_t end = size; end > 0; end -= std::min(end, step_bytes)) {
    const off_t from = end - std::min(end, step_bytes);
    const std::string part = read_at(fd, from, static_cast<std::size_t>(end - from));
    const std::size_t found = part.rfind('\n');
    if (found != std::string::npos) return from + static_cast<off_t>(found) + 1;
  }
  return 0;
}

// The ordinal of the host in the head of a line, where that host is of this id; otherwise 0.
std::uint32_t ordinal_in(std::string_view line, std::string_view id_and_dot) {
  line.remove_prefix(std::min(line.find(' '), line.size() - 1) + 1);
  if (!line.starts_with(id_and_dot)) return 0;
  line.remove_prefix(id_and_dot.size());
  std::uint32_t ordinal = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), ordinal);
  const bool whole = error == std::errc{} && end != line.data() + line.size() && *end == ' ';
  return whole ? ordinal : 0;
}

// `n1.12` as `n1` and 12; nullopt for another form, of which there would be several for one process.
std::optional<std::pair<std::string, std::uint32_t>> life_of(const std::string& host) {
  const std::size_t dot = host.rfind('.');
  if (dot == std::string::npos) return std::nullopt;
  std::uint32_t ordinal = 0;
  const char* last = host.data() + host.size();
  const auto [end, error] = std::from_chars(host.data() + dot + 1, last, ordinal);
  if (error != std::errc{} || end != last || host.compare(dot + 1, host.npos, std::to_string(ordinal)) != 0)
    return std::nullopt;
  return std::pair(host.substr(0, dot), ordinal);
}

// Whether a name can be a HOST and stand in a CLOCK: only such a one can have lines in a trace.
bool can_be_host(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return c > 0x20 && c < 0x7f && c != '"' && c != '{' && c != '}' && c != '\\';
  });
}

}  // namespace

struct CausalTrace::State {
  int fd = -1;
  std::string host;
  std::vector<std::string> nodes;  // whose processes the clock names
  Clock clock;
  std::string buffer;
  // The rendered clock: the entries of all other hosts, and the own one between them and the end.
  std::string others;
  std::uint64_t* own = nullptr;                          // in the clock
  std::map<std::string, std::set<std::uint32_t>> lives;  // of other processes in the clock, by node

  ~State() {
    if (fd >= 0) close(fd);
  }

  // The place of another host in the clock; nullptr where it is of no node of the cluster, or where newer lives of that
  // node fill its share of the clock.
  std::uint64_t* place_of(const std::string& other) {
    if (const auto found = clock.find(other); found != clock.end()) return &found->second;
    const auto life = life_of(other);
    if (!life || std::find(nodes.begin(), nodes.end(), life->first) == nodes.end()) return nullptr;
    std::set<std::uint32_t>& known = lives[life->first];
    if (known.size() == most_lives) {
      if (life->second < *known.begin()) return nullptr;
      clock.erase(life->first + '.' + std::to_string(*known.begin()));
      known.erase(known.begin());
    }
    known.insert(life->second);
    return &clock[other];
  }

  void render_others() {
    others.clear();
    for (const auto& [name, count] : clock) {
      if (name == host) continue;
      others.append(",\"").append(name).append("\":").append(std::to_string(count));
    }
  }

  void line(std::uint64_t wall_us, std::string_view name, const TraceFields& fields) {
    if (own == nullptr) own = &clock[host];
    LineWriter out(buffer);
    put_utc(out, wall_us);
    out.put(" ").put(host).put(" {\"").put(host).put("\":").put(++*own).put(others).put("} ");
    put_escaped(out, name);
    for (const auto& [key, value] : fields) {
      out.put(" ");
      put_escaped(out, key);
      out.put("=");
      put_escaped(out, value);
    }
    out.put("\n");
  }
};

CausalTrace::CausalTrace(std::unique_ptr<State> state) : state_(std::move(state)) {}
CausalTrace::~CausalTrace() { flush(); }

tl::expected<std::unique_ptr<CausalTrace>, std::string> CausalTrace::open(const std::string& path, std::string host,
                                                                          std::vector<std::string> nodes) {
  auto state = std::make_unique<State>();
  if (!can_be_host(host)) return tl::unexpected("the trace " + path + " cannot be of " + trace_escape(host));
  state->host = std::move(host);
  state->nodes = std::move(nodes);
  state->fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  struct stat info {};
  if (state->fd < 0 || fstat(state->fd, &info) != 0) {
    return tl::unexpected("cannot write the trace " + path + ": " + std::strerror(errno));
  }
  if (S_ISREG(info.st_mode) && info.st_size > 0) {
    const off_t end = end_of_last_line(state->fd, info.st_size);
    if (end != info.st_size && ftruncate(state->fd, end) != 0) {
      return tl::unexpected("cannot cut the torn end of the trace " + path + ": " + std::strerror(errno));
    }
  }
  return std::unique_ptr<CausalTrace>(new CausalTrace(std::move(state)));
}

std::unique_ptr<CausalTrace> CausalTrace::off() {
  return std::unique_ptr<CausalTrace>(new CausalTrace(std::make_unique<State>()));
}

std::uint32_t CausalTrace::last_ordinal(const std::string& path, const std::string& id) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || fstat(fd, &info) != 0) {
    if (fd >= 0) close(fd);
    return 0;
  }
  // Ordinals rise along the file: the last stretch that has any has the highest one.
  const std::string id_and_dot = id + '.';
  std::uint32_t highest = 0;
  for (off_t end = info.st_size; end > 0 && highest == 0; end -= std::min(end, step_bytes)) {
    const off_t from = end - std::min(end, step_bytes);
    const std::size_t size = static_cast<std::size_t>(end - from);
    const std::string part = read_at(fd, from, size + longest_head_bytes);
    for (std::size_t at = 0; at <= size && at < part.size();) {
      if (at > 0 || from == 0) {  // what starts at 0 was seen as what follows the stretch before
        highest = std::max(highest, ordinal_in(std::string_view(part).substr(at, longest_head_bytes), id_and_dot));
      }
      at = std::min(part.find('\n', at), part.size()) + 1;
    }
  }
  close(fd);
  return highest;
}

void CausalTrace::event(std::uint64_t wall_us, std::string_view name, const TraceFields& fields) {
  if (state_->fd >= 0) state_->line(wall_us, name, fields);
}

void CausalTrace::receive(std::uint64_t wall_us, const Clock& carried, std::string_view name,
                          const TraceFields& fields) {
  if (state_->fd < 0) return;
  bool changed = false;
  for (const auto& [host, count] : carried) {
    // What a peer says of this very process was this process's own: it is never ahead of it.
    if (host == state_->host || count == 0) continue;
    std::uint64_t* held = state_->place_of(host);
    if (held == nullptr || count <= *held) continue;
    changed = true;
    *held = count;
  }
  if (changed) state_->render_others();
  state_->line(wall_us, name, fields);
}

const CausalTrace::Clock& CausalTrace::clock() const { return state_->clock; }

bool CausalTrace::flush() {
  std::string& buffer = state_->buffer;
  std::size_t written = 0;
  while (state_->fd >= 0 && written < buffer.size()) {
    const ssize_t n = ::write(state_->fd, buffer.data() + written, buffer.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      close(state_->fd);
      state_->fd = -1;
      state_->own = nullptr;
      state_->clock.clear();
      state_->lives.clear();
      buffer.clear();
      return false;
    }
    written += static_cast<std::size_t>(n);
  }
  buffer.clear();
  return true;
}

}  // namespace kin
