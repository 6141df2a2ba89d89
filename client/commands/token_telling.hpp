// What became of a token command, told to the user.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "client/commands/run.hpp"
#include "common/wire/tokens.hpp"

namespace kin {

// `verb` is create, write, read or drop; `writer` the id of the token's writer. Prints the reply or the failure, and
// returns the exit code.
int tell_token(const std::string& verb, const NodeId& writer, const tl::expected<wire::TokenReply, Failure>& reply,
               const CommandContext& context);
int tell_token_show(const tl::expected<wire::TokenShowReply, Failure>& reply, const CommandContext& context);

}  // namespace kin
