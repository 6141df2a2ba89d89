#include "client/commands/at_all_nodes.hpp"
#include "client/commands/calling.hpp"
#include "client/commands/run.hpp"
#include "client/render/bytes.hpp"
#include "client/render/json.hpp"

namespace kin {

int run_command(const FaultCommand& command, const CommandContext& context) {
  Globals anywhere = context.globals;
  anywhere.node.clear();  // the command names its node itself
  auto book = AddressBook::open(anywhere);
  if (!book) return context.screen.fail(book.error());
  Client client(book->all(), client_options(*book, context));
  if (command.node.empty()) return report_answers(client, client.fault_at_all(command.fault), context);
  const auto at = find_node(client, command.node);
  if (!at) return context.screen.fail(at.error());
  const auto done = client.fault(*at, command.fault);
  if (!done) return fail(client, done.error(), context);
  if (context.screen.output() == Output::json) {
    context.screen.print(json::done({command.node}, {}, done->message));
  } else if (!context.globals.quiet) {
    context.screen.print(command.node + ": " + escaped(done->message) + '\n');
  }
  return 0;
}

}  // namespace kin
