// One line of a terminal that tells how far a command is, again and again, and that is blank in the end. Nothing where
// nobody watches.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "client/commands/run.hpp"
#include "client/render/progress.hpp"

namespace kin {

class ProgressLine {
 public:
  explicit ProgressLine(const CommandContext& context)
      : screen_(context.screen), watched_(screen_.err_is_terminal() && !context.globals.quiet) {}
  ~ProgressLine() {
    if (shown_) screen_.explain(blank);
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const text::Progress& progress) {
    if (!watched_) return;
    shown_ = true;
    const std::size_t there = screen_.error_style().columns;
    // The last column stays free: some terminals go on to the next line with it.
    screen_.explain(blank + text::progress_line(progress, there == 0 ? longest : std::min(longest, there - 1)));
  }

 private:
  static constexpr std::size_t longest = 72;
  static inline const std::string blank = "\r\x1b[K";

  Screen& screen_;
  bool watched_;
  bool shown_ = false;
};

}  // namespace kin
