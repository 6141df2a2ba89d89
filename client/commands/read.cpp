#include "client/commands/calling.hpp"
#include "client/commands/requests.hpp"
#include "client/commands/run.hpp"
#include "client/commands/telling.hpp"
#include "client/commands/user_files.hpp"

namespace kin {

int run_command(const ReadCommand& command, const CommandContext& context) {
  auto files = UserFiles::open(context.globals);
  if (!files) return context.screen.fail(files.error());
  auto book = AddressBook::open(context.globals);
  if (!book) return context.screen.fail(book.error());
  Client client(book->for_any(), client_options(*book, context));

  HistoryEvent event = files->begin(context.globals, client.core().options().name, "get", command.key);
  const wire::Read request = request_of(context.globals, command);
  const auto reply = files->read(client, request);
  reply ? record(event, *reply, monotonic_ns()) : record(event, reply.error(), monotonic_ns());
  const auto kept = files->finish(context.globals, event);
  return ended(tell(command, reply, context), kept, client, context);
}

}  // namespace kin
