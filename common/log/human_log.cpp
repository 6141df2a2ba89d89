#include "common/log/human_log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <memory>

#include "common/log/escaped_runs.hpp"
#include "common/log/timestamp.hpp"

namespace kin {
namespace {

constexpr std::array levels{std::pair{"trace", LogLevel::trace}, std::pair{"debug", LogLevel::debug},
                            std::pair{"info", LogLevel::info},   std::pair{"warn", LogLevel::warn},
                            std::pair{"error", LogLevel::error}, std::pair{"off", LogLevel::off}};

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::trace: return spdlog::level::trace;
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warn: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::off: break;
  }
  return spdlog::level::off;
}

constexpr std::size_t file_buffer_bytes = 32u << 10;

constexpr std::array names{"TRACE", "DEBUG", "INFO ", "WARN ", "ERROR", "     "};

bool is_printable(char c) { return c >= 0x20 && c < 0x7f; }

void append_printable(std::string& out, std::string_view line) {
  append_escaped_runs(out, line, is_printable, "\\x", "0123456789abcdef");
}

// The lines come as they are to be written: the library's own patterns print each part of a time anew for each line.
class AsItIs : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) override {
    out.append(line.payload.begin(), line.payload.end());
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<AsItIs>(); }
};

// A node writes a line for each call; in the library's own 4 KiB that would be a system call for every fortieth.
spdlog::file_event_handlers with_room() {
  spdlog::file_event_handlers handlers;
  handlers.after_open = [](const spdlog::filename_t&, std::FILE* file) {
    std::setvbuf(file, nullptr, _IOFBF, file_buffer_bytes);
  };
  return handlers;
}

class SpdlogLog : public HumanLog {
 public:
  SpdlogLog(std::shared_ptr<spdlog::sinks::sink> sink, LogLevel level, std::string_view who)
      : level_(level), logger_("kin", std::move(sink)) {
    append_printable(who_, who);
    logger_.set_level(to_spdlog(level));
    logger_.flush_on(spdlog::level::warn);
    logger_.set_formatter(std::make_unique<AsItIs>());
  }
  ~SpdlogLog() override { logger_.flush(); }

  bool enabled(LogLevel level) const override { return level != LogLevel::off && level >= level_; }

  void write(LogLevel level, std::string_view line) override {
    if (!enabled(level)) return;
    const auto now = std::chrono::system_clock::now();
    const auto since_1970 = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
    line_.clear();
    append_utc(line_, static_cast<std::uint64_t>(since_1970.count()));
    line_.append(" ").append(names[static_cast<std::size_t>(level)]).append(" ").append(who_).append(" ");
    append_printable(line_, line);
    line_ += '\n';
    logger_.log(now, spdlog::source_loc{}, to_spdlog(level), spdlog::string_view_t(line_));
  }

  void flush() override { logger_.flush(); }

 private:
  LogLevel level_;
  std::string who_;
  std::string line_;  // the last one: a call writes one, so its memory is used again
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
      sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(path, false, with_room());
    }
    return std::make_unique<SpdlogLog>(std::move(sink), level, who);
  } catch (const spdlog::spdlog_ex& e) {
    return tl::unexpected("cannot write the log " + path + ": " + e.what());
  }
}

}  // namespace kin
