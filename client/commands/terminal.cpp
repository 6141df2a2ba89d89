#include "client/commands/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "client/commands/run.hpp"
#include "client/render/palette.hpp"

namespace kin {
namespace {

text::Style style_for(int fd, const Globals& globals) {
  const std::string no_color = environment_variable("NO_COLOR"), term = environment_variable("TERM");
  const bool colour = use_colour({globals.no_color, no_color, term, ::isatty(fd) == 1});
  return {palette(colour), globals.quiet, globals.command, terminal_columns(fd)};
}

}  // namespace

std::size_t terminal_columns(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

EnvironmentVariables environment_variables() {
  return {environment_variable("KIN_CONFIG"), environment_variable("KIN_ENDPOINTS")};
}

Screen screen_for(const Globals& globals) {
  return {globals.output,
          std::cout,
          std::cerr,
          style_for(STDOUT_FILENO, globals),
          style_for(STDERR_FILENO, globals),
          ::isatty(STDERR_FILENO) == 1};
}

int run_arguments(const std::vector<std::string>& args, const EnvironmentVariables& environment, int interrupt_fd,
                  const Veto& veto) {
  const auto line = parse_command_line(args, environment);
  if (!line) {
    if (line.error().problem.empty()) {
      std::cout << line.error().help << std::flush;
      return 0;
    }
    Globals globals;
    globals.output = line.error().output;
    Screen screen = screen_for(globals);
    const int code = screen.fail(usage_failure(line.error().problem));
    screen.explain(line.error().hint + '\n');
    return code;
  }
  Screen screen = screen_for(line->globals);
  if (veto) {
    if (const auto why = veto(*line)) return screen.fail(*why);
  }
  return run(line->command, {line->globals, screen, interrupt_fd});
}

}  // namespace kin
