#include "client/commands/at_all_nodes.hpp"
#include "client/commands/calling.hpp"
#include "client/commands/run.hpp"
#include "client/commands/token_book.hpp"

namespace kin {

int run_command(const FaultCommand& command, const CommandContext& context) {
  if (!command.node.empty()) {
    return at_one_node(command.node, context,
                       [&](Client& client, std::size_t at) { return client.fault(at, command.fault); });
  }
  auto book = AddressBook::open(context.globals);
  if (!book) return context.screen.fail(book.error());
  Client client(book->all(), client_options(*book, context));
  return report_answers(client, client.fault_at_all(command.fault), context);
}

int run_command(const SilenceCommand& command, const CommandContext& context) {
  if (auto wrong = impossible_id(command.token)) return context.screen.fail(*wrong);
  return at_one_node(command.node, context, [&](Client& client, std::size_t at) {
    return client.token_silence(at, {command.token, static_cast<std::uint64_t>(command.after.count())});
  });
}

}  // namespace kin
