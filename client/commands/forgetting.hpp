// kin delete --wait forgotten: until no node keeps a trace of the key.
#pragma once

#include <chrono>

#include "client/commands/calling.hpp"

namespace kin {

// Before the delete. Failure: USAGE, applied no, where a node that answers names a member whose address is not known.
// Nodes that do not answer until `until` are not waited for.
tl::expected<void, Failure> all_can_be_asked(const CommandContext& context,
                                             std::chrono::steady_clock::time_point until);

// After the delete. Asks all nodes again and again, until `until`, and prints what became of it. Returns the exit code:
// 0, or that of a failure: TIMEOUT, applied yes, with who keeps what and who blocks forgetting; USAGE, applied yes,
// where a node that did not answer before knows of one whose address is not known; 130 after an interrupt.
int wait_until_forgotten(const wire::TracesOf& question, const CommandContext& context,
                         std::chrono::steady_clock::time_point until);

}  // namespace kin
