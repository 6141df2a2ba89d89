#include "client/commands/run.hpp"

namespace kin {

int run(const Command& command, CommandContext context) {
  return std::visit([&](const auto& one) { return run_command(one, context); }, command);
}

}  // namespace kin
