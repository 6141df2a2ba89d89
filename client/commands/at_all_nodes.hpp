// One command for all nodes at once: who did it, who refused, who did not answer.
#pragma once

#include <string>
#include <vector>

#include "client/client.hpp"
#include "client/commands/run.hpp"

namespace kin {

// `answers` stand in the order of client.endpoints().
// Fails with the first refusal, if there is one; with UNAVAILABLE when nobody answered. Nodes that did not answer while
// others did are named on standard error. Returns the exit code.
int report_answers(const Client& client, const std::vector<Client::Result<wire::Done>>& answers,
                   const CommandContext& context);

}  // namespace kin
