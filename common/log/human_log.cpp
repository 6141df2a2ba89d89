#include "common/log/human_log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <ctime>

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

constexpr std::array names{"TRACE", "DEBUG", "INFO ", "WARN ", "ERROR", "     "};

void append_printable(std::string& out, std::string_view line) {
  static constexpr char digits[] = "0123456789abcdef";
  for (const char c : line) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 0x20 && u != 0x7f && u < 0x80) {
      out += c;
    } else {
      out += "\\x";
      out += digits[u >> 4];
      out += digits[u & 15];
    }
  }
}

class SpdlogLog : public HumanLog {
 public:
  SpdlogLog(std::shared_ptr<spdlog::sinks::sink> sink, LogLevel level, std::string_view who)
      : level_(level), logger_("kin", std::move(sink)) {
    append_printable(who_, who);
    logger_.set_level(to_spdlog(level));
    logger_.flush_on(spdlog::level::warn);
    logger_.set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %v", spdlog::pattern_time_type::utc);
  }
  ~SpdlogLog() override { logger_.flush(); }

  bool enabled(LogLevel level) const override { return level != LogLevel::off && level >= level_; }

  void write(LogLevel level, std::string_view line) override {
    if (!enabled(level)) return;
    line_.assign(names[static_cast<std::size_t>(level)]).append(" ").append(who_).append(" ");
    append_printable(line_, line);
    logger_.log(to_spdlog(level), spdlog::string_view_t(line_));
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
      sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(path);
    }
    return std::make_unique<SpdlogLog>(std::move(sink), level, who);
  } catch (const spdlog::spdlog_ex& e) {
    return tl::unexpected("cannot write the log " + path + ": " + e.what());
  }
}

}  // namespace kin
