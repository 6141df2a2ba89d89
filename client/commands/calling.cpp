#include "client/commands/calling.hpp"

#include "client/render/bytes.hpp"
#include "client/render/json.hpp"

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

int ended(int code, const tl::expected<void, std::string>& kept, const Client& client, const CommandContext& context) {
  if (kept) return client.interrupted() ? interrupted_exit : code;
  const char* what = code == 0 ? "the command itself was done" : "what became of the command itself is told before";
  context.screen.explain("kin: " + kept.error() + "; " + what + '\n');
  return exit_code(Status::internal);
}

int at_one_node(const std::string& node, const CommandContext& context, const SendToNode& send) {
  Globals anywhere = context.globals;
  anywhere.node.clear();  // the command names its node itself
  auto book = AddressBook::open(anywhere);
  if (!book) return context.screen.fail(book.error());
  Client client(book->all(), client_options(*book, context));
  const auto at = find_node(client, node);
  if (!at) return context.screen.fail(at.error());
  const auto done = send(client, *at);
  if (!done) return fail(client, done.error(), context);
  if (context.screen.output() == Output::json) {
    context.screen.print(json::done({node}, {}, done->message));
  } else if (!context.globals.quiet) {
    context.screen.print(node + ": " + escaped(done->message) + '\n');
  }
  return 0;
}

}  // namespace kin
