// The story of a key, made of what all nodes said, whoever asked them.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "client/commands/run.hpp"
#include "client/endpoint.hpp"
#include "common/wire/replies.hpp"

namespace kin {

// Prints the story and draws its pictures, or prints why there is none. `replies` stand in the order of the endpoints.
// Returns the exit code.
int tell(const ExplainCommand& command, const std::vector<Endpoint>& endpoints,
         const std::vector<tl::expected<wire::ExplainReply, Failure>>& replies, const CommandContext& context);

}  // namespace kin
