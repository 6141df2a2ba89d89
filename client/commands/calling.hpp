// The client of one command.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <tl/expected.hpp>

#include "client/client.hpp"
#include "client/commands/address_book.hpp"
#include "client/commands/run.hpp"

namespace kin {

ClientOptions client_options(const AddressBook& book, const CommandContext& context);

// Prints the failure. Returns the exit code, which is another one after an interrupt.
int fail(const Client& client, const Failure& failure, const CommandContext& context);

// The exit code of a command that ended with `code`: another one after an interrupt, or where `kept`, what became of
// the session and the history, is an error, which is printed.
int ended(int code, const tl::expected<void, std::string>& kept, const Client& client, const CommandContext& context);

// A command to the node with this id alone, whatever --node says, that is answered with Done: send(client, position).
// Prints what became of it, and returns the exit code.
using SendToNode = std::function<Client::Result<wire::Done>(Client& client, std::size_t at)>;
int at_one_node(const std::string& node, const CommandContext& context, const SendToNode& send);

}  // namespace kin
