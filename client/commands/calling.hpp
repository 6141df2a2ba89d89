// The client of one command.
#pragma once

#include "client/client.hpp"
#include "client/commands/address_book.hpp"
#include "client/commands/run.hpp"

namespace kin {

ClientOptions client_options(const AddressBook& book, const CommandContext& context);

// Prints the failure. Returns the exit code, which is another one after an interrupt.
int fail(const Client& client, const Failure& failure, const CommandContext& context);

}  // namespace kin
