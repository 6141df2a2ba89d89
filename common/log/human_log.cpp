#include "common/log/human_log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>

#include "common/log/escaped_runs.hpp"
#include "common/log/timestamp.hpp"

namespace kin {
namespace {

constexpr std::array levels{std::pair{"trace", LogLevel::trace}, std::pair{"debug", LogLevel::debug},
                            std::pair{"info", LogLevel::info},   std::pair{"warn", LogLevel::warn},
                            std::pair{"error", LogLevel::error}, std::pair{"off", LogLevel::off}};

// A node writes a line for each call: what each costs the library and the system is paid once for so many.
constexpr std::size_t most_waiting_bytes = 32u << 10;

constexpr std::array<std::string_view, 6> names{"TRACE", "DEBUG", "INFO ", "WARN ", "ERROR", "     "};

struct Printable {
  bool operator()(char c) const { return c >= 0x20 && c < 0x7f; }
  // A byte below 0x20 borrows from its highest bit, and 0x7f carries into it. One that is not printable may do so to
  // its neighbour too; then nothing is said of the eight.
  bool all_eight(const char* at) const {
    constexpr std::uint64_t each = 0x0101010101010101;
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    return ((bytes | (bytes - 0x20 * each) | (bytes + each)) & (0x80 * each)) == 0;
  }
};

void put_printable(LineWriter& out, std::string_view line) {
  put_escaped_runs(out, line, Printable{}, "\\x", "0123456789abcdef");
}

// The lines come as they are to be written: the library's own patterns print each part of a time anew for each line.
class AsItIs : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) override {
    out.append(line.payload.begin(), line.payload.end());
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<AsItIs>(); }
};

// Lines wait here, and not in the library's file again.
spdlog::file_event_handlers without_buffer() {
  spdlog::file_event_handlers handlers;
  handlers.after_open = [](const spdlog::filename_t&, std::FILE* file) { std::setvbuf(file, nullptr, _IONBF, 0); };
  return handlers;
}

class SpdlogLog : public HumanLog {
 public:
  SpdlogLog(std::shared_ptr<spdlog::sinks::sink> sink, LogLevel level, std::string_view who, std::size_t most_waiting)
      : level_(level), most_waiting_(most_waiting), logger_("kin", std::move(sink)) {
    {
      LineWriter out(who_);
      put_printable(out, who);
    }
    logger_.set_formatter(std::make_unique<AsItIs>());
  }
  ~SpdlogLog() override { SpdlogLog::flush(); }

  bool enabled(LogLevel level) const override { return level != LogLevel::off && level >= level_; }

  void write(LogLevel level, std::string_view line) override {
    if (!enabled(level)) return;
    const auto now = std::chrono::system_clock::now();
    const auto since_1970 = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
    {
      LineWriter out(lines_);
      put_utc(out, static_cast<std::uint64_t>(since_1970.count()));
      out.put(" ").put(names[static_cast<std::size_t>(level)]).put(" ").put(who_).put(" ");
      put_printable(out, line);
      out.put("\n");
    }
    if (level >= LogLevel::warn || lines_.size() >= most_waiting_) flush();
  }

  void flush() override {
    if (lines_.empty()) return;
    logger_.log(spdlog::level::info, spdlog::string_view_t(lines_));
    logger_.flush();
    lines_.clear();
  }

 private:
  LogLevel level_;
  std::size_t most_waiting_;  // in bytes
  std::string who_;
  std::string lines_;  // that wait
  spdlog::logger logger_;
};

}  // namespace

tl::expected<LogLevel, std::string> parse_log_level(std::string_view text) {
  for (const auto& [word, level] : levels) {
    if (text == word) return level;
  }
  return tl::unexpected("the log level is trace, debug, info, warn, error or off, not " + std::string(text));
}

tl::expected<std::unique_ptr<HumanLog>, std::string> HumanLog::open(const std::string& path, LogLevel level,
                                                                    const std::string& who) {
  try {
    std::shared_ptr<spdlog::sinks::sink> sink;
    if (path.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(path, false, without_buffer());
    }
    return std::make_unique<SpdlogLog>(std::move(sink), level, who, path.empty() ? 0 : most_waiting_bytes);
  } catch (const spdlog::spdlog_ex& e) {
    return tl::unexpected("cannot write the log " + path + ": " + e.what());
  }
}

}  // namespace kin
