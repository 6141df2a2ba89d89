// What became of a read or a write, told to the user.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "client/commands/run.hpp"
#include "common/wire/replies.hpp"

namespace kin {

// Both print the reply or the failure, and return the exit code.
int tell(const ReadCommand& command, const tl::expected<wire::ReadReply, Failure>& reply,
         const CommandContext& context);
// Of add_update and delete.
int tell(const std::string& key, const tl::expected<wire::WriteReply, Failure>& reply, const CommandContext& context);
// Of resolve: with the value that was made of all.
int tell_resolved(const std::string& key, const std::string& value,
                  const tl::expected<wire::WriteReply, Failure>& reply, const CommandContext& context);

}  // namespace kin
