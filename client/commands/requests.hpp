// What the commands that read and write ask of a node. Whoever sends it gives it an operation id.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "client/cli/command_line.hpp"
#include "client/commands/user_files.hpp"

namespace kin {

// The value on the command line or in the file. Failure: USAGE for a file that cannot be read, LIMIT for one that is
// larger than any value.
tl::expected<std::string, Failure> value_of(const AddUpdateCommand& command);

wire::Read request_of(const Globals& globals, const ReadCommand& command);
// `want_replaced`: the reply shall list the values that it replaced, which a history needs.
wire::AddUpdate request_of(const Globals& globals, const AddUpdateCommand& command, std::string value,
                           const WriterContext& carried, bool want_replaced);
wire::Remove request_of(const Globals& globals, const DeleteCommand& command, const WriterContext& carried,
                        bool want_replaced);

}  // namespace kin
