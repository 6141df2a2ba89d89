// The decisions of resolve, whoever asks the nodes: it reads, makes one value of all, writes it with the context of
// that read, and begins anew where another value came meanwhile.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "client/commands/run.hpp"
#include "common/wire/replies.hpp"

namespace kin {

// What to write after this answer, with its context. `base` gives the last common value for a program that merges, and
// is asked only then. Unexpected: the command is over, with this exit code, and the user was told.
tl::expected<std::string, int> value_to_write(const ResolveCommand& command,
                                              const tl::expected<wire::ReadReply, Failure>& reply,
                                              const std::function<std::string()>& base, const CommandContext& context);

// After the write of this round (from 1). An exit code: the command is over and the user was told. nullopt: begin anew.
std::optional<int> end_of_round(const ResolveCommand& command, const std::string& value,
                                const tl::expected<wire::WriteReply, Failure>& written, int round,
                                const CommandContext& context);

}  // namespace kin
