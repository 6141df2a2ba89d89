#include "client/commands/calling.hpp"

namespace kin {

ClientOptions client_options(const AddressBook& book, const CommandContext& context) {
  ClientOptions options;
  options.cluster = book.cluster();
  options.name = context.globals.as;
  options.timeout = context.globals.timeout;
  options.interrupt_fd = context.interrupt_fd;
  return options;
}

int fail(const Client& client, const Failure& failure, const CommandContext& context) {
  const int code = context.screen.fail(failure);
  return client.interrupted() ? interrupted_exit : code;
}

}  // namespace kin
