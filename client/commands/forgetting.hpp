// kin delete --wait forgotten: after the delete, until no node keeps a trace of the key.
#pragma once

#include <chrono>

#include "client/commands/calling.hpp"

namespace kin {

// Asks all nodes again and again, until `until`, and prints what became of it. Returns the exit code: 0, or that of a
// failure: TIMEOUT, applied yes, with who keeps what and who blocks forgetting; USAGE, applied yes, where not all
// members' addresses are known; 130 after an interrupt.
int wait_until_forgotten(const wire::TracesOf& question, const CommandContext& context,
                         std::chrono::steady_clock::time_point until);

}  // namespace kin
