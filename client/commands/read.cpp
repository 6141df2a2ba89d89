#include "client/commands/calling.hpp"
#include "client/commands/run.hpp"
#include "client/commands/user_files.hpp"
#include "client/render/json.hpp"
#include "client/render/wording.hpp"

namespace kin {
namespace {

void show(const std::string& key, const wire::ReadReply& reply, const CommandContext& context) {
  Screen& screen = context.screen;
  const Status status = status_of(reply);
  if (screen.output() == Output::json) return screen.print(json::read(context.globals.bucket, key, reply));
  if (status == Status::not_found) {
    screen.fail({Status::not_found, Applied::no, nothing_there(key), reply.node, 0, 0});
  } else if (screen.output() == Output::text) {
    screen.print(text::read(key, reply, screen.style()));
  } else if (status == Status::ok) {
    screen.print(reply.siblings.front().value);
  } else {
    screen.explain(text::read(key, reply, screen.error_style()));
  }
}

}  // namespace

int run_command(const ReadCommand& command, const CommandContext& context) {
  auto files = UserFiles::open(context.globals);
  if (!files) return context.screen.fail(files.error());
  auto book = AddressBook::open(context.globals);
  if (!book) return context.screen.fail(book.error());
  Client client(book->for_any(), client_options(*book, context));

  HistoryEvent event = files->begin(context.globals, client.core().options().name, "get", command.key);
  const auto reply = client.read(context.globals.bucket, command.key, command.level);
  reply ? record(event, *reply) : record(event, reply.error());
  const auto kept = files->finish(context.globals, event);

  int code = 0;
  if (!reply) {
    code = fail(client, reply.error(), context);
  } else {
    show(command.key, *reply, context);
    const Status status = status_of(*reply);
    code = status == Status::conflict && command.allow_siblings ? 0 : exit_code(status);
  }
  if (kept) return code;
  context.screen.explain("kin: " + kept.error() + '\n');
  return exit_code(Status::internal);
}

}  // namespace kin
