// Where a command's words go.
#pragma once

#include <ostream>
#include <string>

#include "client/cli/command_line.hpp"
#include "client/render/text.hpp"
#include "common/wire/status.hpp"

namespace kin {

class Screen {
 public:
  // Both streams outlive the screen. `errors` is the style for `err`, which may be another device.
  Screen(Output output, std::ostream& out, std::ostream& err, text::Style style, text::Style errors,
         bool err_is_terminal)
      : output_(output),
        out_(out),
        err_(err),
        style_(std::move(style)),
        errors_(std::move(errors)),
        err_is_terminal_(err_is_terminal) {}

  Output output() const { return output_; }
  const text::Style& style() const { return style_; }
  const text::Style& error_style() const { return errors_; }
  bool err_is_terminal() const { return err_is_terminal_; }

  void print(const std::string& text) { out_ << text << std::flush; }
  // Whether all that was printed so far was taken.
  bool prints() const { return out_.good(); }
  void explain(const std::string& text) { err_ << text << std::flush; }

  // JSON on standard output, text on standard error. Returns the exit code.
  int fail(const Failure& failure);

 private:
  Output output_;
  std::ostream& out_;
  std::ostream& err_;
  text::Style style_, errors_;
  bool err_is_terminal_;
};

// USAGE, applied no.
Failure usage_failure(std::string message);

}  // namespace kin
