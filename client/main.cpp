#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "client/cli/command_line.hpp"
#include "client/commands/run.hpp"
#include "client/render/palette.hpp"

namespace {

int interrupt_pipe[2] = {-1, -1};

extern "C" void on_interrupt(int) {
  const char byte = 0;
  [[maybe_unused]] const ssize_t n = ::write(interrupt_pipe[1], &byte, 1);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// The first interrupt ends the waiting, so that the history gets its line; the second one ends the process.
int watch_for_interrupts() {
  if (::pipe(interrupt_pipe) != 0) return -1;
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESETHAND;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  return interrupt_pipe[0];
}

kin::text::Style style_for(int fd, const kin::Globals& globals) {
  const std::string no_color = environment("NO_COLOR"), term = environment("TERM");
  const bool colour = kin::use_colour({globals.no_color, no_color, term, ::isatty(fd) == 1});
  return {kin::palette(colour), globals.quiet, globals.command};
}

kin::Screen screen_for(const kin::Globals& globals) {
  return {globals.output,
          std::cout,
          std::cerr,
          style_for(STDOUT_FILENO, globals),
          style_for(STDERR_FILENO, globals),
          ::isatty(STDERR_FILENO) == 1};
}

}  // namespace

int main(int argc, char** argv) {
  const auto line =
      kin::parse_command_line({argv + 1, argv + argc}, {environment("KIN_CONFIG"), environment("KIN_ENDPOINTS")});
  if (!line) {
    if (line.error().problem.empty()) {
      std::cout << line.error().help;
      return 0;
    }
    kin::Globals globals;
    globals.output = line.error().output;
    kin::Screen screen = screen_for(globals);
    const int code = screen.fail(kin::usage_failure(line.error().problem));
    screen.explain(line.error().hint + '\n');
    return code;
  }
  kin::Screen screen = screen_for(line->globals);
  return kin::run(line->command, {line->globals, screen, watch_for_interrupts()});
}
