// The log for people: levelled, one line an event, each with its time.
//
//   2026-01-31T12:00:00.123456Z INFO  n1.3 started ...
//
// Bytes that are not printable are escaped, so nothing that a client sends can forge a line.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace kin {

enum class LogLevel { trace, debug, info, warn, error, off };

// trace, debug, info, warn, error, off. Error: a sentence that names them.
tl::expected<LogLevel, std::string> parse_log_level(std::string_view text);

class HumanLog {
 public:
  // Appends to PATH (empty: standard error). `who` stands in each line. Error: a sentence that names the path.
  static tl::expected<std::unique_ptr<HumanLog>, std::string> open(const std::string& path, LogLevel level,
                                                                   const std::string& who);
  virtual ~HumanLog() = default;

  virtual bool enabled(LogLevel level) const = 0;
  virtual void write(LogLevel level, std::string_view line) = 0;
  virtual void flush() = 0;

  void debug(std::string_view line) { write(LogLevel::debug, line); }
  void info(std::string_view line) { write(LogLevel::info, line); }
  void warn(std::string_view line) { write(LogLevel::warn, line); }
  void error(std::string_view line) { write(LogLevel::error, line); }
};

}  // namespace kin
