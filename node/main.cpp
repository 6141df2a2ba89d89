// kin-node: one node of the store. See docs/operations.md.
#include <csignal>
#include <iostream>

#include "node/node_process.hpp"

namespace {

std::atomic<bool> end_asked{false};
std::atomic<kin::NodeTransport*> to_wake{nullptr};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<kin::NodeTransport*>::is_always_lock_free);

void ask_to_end(int) {
  end_asked = true;
  if (kin::NodeTransport* transport = to_wake) transport->wake();
}

}  // namespace

int main(int argc, char** argv) {
  auto options = kin::read_command_line(argc, argv);
  if (!options) {
    (options.error().exit_code == 0 ? std::cout : std::cerr) << options.error().text << std::flush;
    return options.error().exit_code;
  }
  std::signal(SIGPIPE, SIG_IGN);  // who started us may have closed its end of our output
  std::signal(SIGTERM, ask_to_end);
  std::signal(SIGINT, ask_to_end);
  kin::NodeProcess process(std::move(*options), KIN_VERSION);
  return process.run(end_asked, to_wake);
}
