#include "client/commands/calling.hpp"
#include "client/commands/forgetting.hpp"
#include "client/commands/requests.hpp"
#include "client/commands/run.hpp"
#include "client/commands/telling.hpp"
#include "client/commands/user_files.hpp"

namespace kin {
namespace {

// Sends with send(client) and tells everybody about the outcome.
template <class Send>
int write(const std::string& key, HistoryEvent event, UserFiles& files, Client& client, const CommandContext& context,
          const Send& send) {
  event.start_ns = monotonic_ns();
  const tl::expected<wire::WriteReply, Failure> reply = send();
  reply ? record(event, *reply, monotonic_ns()) : record(event, reply.error(), monotonic_ns());
  event.sent_again = client.sent_again();
  const auto kept = files.finish(context.globals, event);
  return ended(tell(key, reply, context), kept, client, context);
}

}  // namespace

int run_command(const AddUpdateCommand& command, const CommandContext& context) {
  const Globals& globals = context.globals;
  auto files = UserFiles::open(globals);
  if (!files) return context.screen.fail(files.error());
  auto value = value_of(command);
  if (!value) return context.screen.fail(value.error());
  auto book = AddressBook::open(globals);
  if (!book) return context.screen.fail(book.error());
  Client client(book->for_any(), client_options(*book, context));

  const WriterContext carried = files->context_for(globals, command.key, command.seen, command.context);
  HistoryEvent event = files->begin(globals, client.core().options().name, "put", command.key, carried);
  event.value = *value;
  wire::AddUpdate request = request_of(globals, command, std::move(*value), carried, files->keeps_history());
  return write(command.key, std::move(event), *files, client, context,
               [&] { return files->add_update(client, std::move(request)); });
}

int run_command(const DeleteCommand& command, const CommandContext& context) {
  const Globals& globals = context.globals;
  auto files = UserFiles::open(globals);
  if (!files) return context.screen.fail(files.error());
  auto book = AddressBook::open(globals);
  if (!book) return context.screen.fail(book.error());
  Client client(book->for_any(), client_options(*book, context));

  const auto until = std::chrono::steady_clock::now() + globals.timeout;
  if (command.until_forgotten) {
    if (auto asked = all_can_be_asked(context, until); !asked) return context.screen.fail(asked.error());
  }
  const WriterContext carried = files->context_for(globals, command.key, command.seen, command.context);
  HistoryEvent event = files->begin(globals, client.core().options().name, "delete", command.key, carried);
  wire::Remove request = request_of(globals, command, carried, files->keeps_history());
  std::optional<Dot> dot;
  const int code = write(command.key, std::move(event), *files, client, context, [&] {
    auto reply = files->remove(client, std::move(request));
    if (reply) dot = reply->dot;
    return reply;
  });
  if (!command.until_forgotten || !dot || client.interrupted()) return code;
  const int waited = wait_until_forgotten({globals.bucket, command.key, *dot}, context, until);
  return waited == 0 ? code : waited;
}

}  // namespace kin
