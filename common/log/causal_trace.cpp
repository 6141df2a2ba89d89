#include "common/log/causal_trace.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "common/log/timestamp.hpp"

namespace kin {
namespace {

constexpr off_t tail_bytes = 1 << 20;  // more than the longest line

// The end of a file, at most tail_bytes of it.
std::string read_tail(int fd, off_t size) {
  std::string out(static_cast<std::size_t>(std::min(size, tail_bytes)), '\0');
  const ssize_t got = pread(fd, out.data(), out.size(), size - static_cast<off_t>(out.size()));
  out.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return out;
}

}  // namespace

struct CausalTrace::State {
  int fd = -1;
  std::string host;
  Clock clock;
  std::string buffer;
  // The rendered clock: the entries of all other hosts, and the own one between them and the end.
  std::string others;

  ~State() {
    if (fd >= 0) close(fd);
  }

  void render_others() {
    others.clear();
    for (const auto& [name, count] : clock) {
      if (name == host) continue;
      others += ',' + nlohmann::json(name).dump() + ':' + std::to_string(count);
    }
  }

  void line(std::uint64_t wall_us, std::string_view name, const TraceFields& fields) {
    buffer += print_utc(wall_us) + ' ' + host + " {" + nlohmann::json(host).dump() + ':' +
              std::to_string(++clock[host]) + others + "} ";
    buffer += trace_escape(name);
    for (const auto& [key, value] : fields) buffer += ' ' + key + '=' + trace_escape(value);
    buffer += '\n';
  }
};

CausalTrace::CausalTrace(std::unique_ptr<State> state) : state_(std::move(state)) {}
CausalTrace::~CausalTrace() { flush(); }

tl::expected<std::unique_ptr<CausalTrace>, std::string> CausalTrace::open(const std::string& path, std::string host) {
  auto state = std::make_unique<State>();
  state->host = std::move(host);
  state->fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  struct stat info {};
  if (state->fd < 0 || fstat(state->fd, &info) != 0) {
    return tl::unexpected("cannot write the trace " + path + ": " + std::strerror(errno));
  }
  if (S_ISREG(info.st_mode) && info.st_size > 0) {
    const std::string tail = read_tail(state->fd, info.st_size);
    const std::size_t end = tail.rfind('\n');
    const off_t torn = static_cast<off_t>(end == std::string::npos ? tail.size() : tail.size() - end - 1);
    if (torn > 0 && ftruncate(state->fd, info.st_size - torn) != 0) {
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
  const std::string tail = read_tail(fd, info.st_size);
  close(fd);
  std::uint32_t highest = 0;
  for (std::size_t at = 0; at < tail.size();) {
    const std::size_t end = std::min(tail.find('\n', at), tail.size());
    const std::string_view line = std::string_view(tail).substr(at, end - at);
    at = end + 1;
    const std::size_t host = line.find(' ');
    if (host == std::string_view::npos || !line.substr(host + 1).starts_with(id + '.')) continue;
    const std::string_view digits = line.substr(host + 1 + id.size() + 1);
    std::uint32_t ordinal = 0;
    for (const char c : digits.substr(0, 9)) {
      if (c < '0' || c > '9') break;
      ordinal = ordinal * 10 + static_cast<std::uint32_t>(c - '0');
    }
    highest = std::max(highest, ordinal);
  }
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
    if (host == state_->host) continue;
    std::uint64_t& held = state_->clock[host];
    changed = changed || count > held;
    held = std::max(held, count);
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
      state_->clock.clear();
      buffer.clear();
      return false;
    }
    written += static_cast<std::size_t>(n);
  }
  buffer.clear();
  return true;
}

}  // namespace kin
