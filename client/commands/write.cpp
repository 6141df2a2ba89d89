#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "client/commands/calling.hpp"
#include "client/commands/run.hpp"
#include "client/commands/user_files.hpp"
#include "client/render/json.hpp"

namespace kin {
namespace {

// Error: what is wrong with the file.
tl::expected<std::string, Failure> value_of(const AddUpdateCommand& command) {
  if (command.value) return *command.value;
  std::ifstream file;
  const bool standard_input = *command.file == "-";
  if (!standard_input) file.open(*command.file, std::ios::binary);
  std::istream& in = standard_input ? std::cin : file;
  std::string value;
  // Not more than any message holds: the file may be without an end.
  for (char block[65536]; value.size() <= wire::max_message_bytes;) {
    in.read(block, sizeof block);
    value.append(block, static_cast<std::size_t>(in.gcount()));
    if (in.eof()) return value;
    if (!in) {
      return tl::unexpected(usage_failure("the file " + *command.file + " cannot be read: " + std::strerror(errno)));
    }
  }
  return tl::unexpected(
      Failure{Status::limit, Applied::no, "the file " + *command.file + " is larger than any value can be"});
}

void show(const std::string& key, const wire::WriteReply& reply, const CommandContext& context) {
  Screen& screen = context.screen;
  if (screen.output() == Output::json) return screen.print(json::write(context.globals.bucket, key, reply));
  if (screen.output() == Output::text) return screen.print(text::write(key, reply, screen.style()));
  const bool remarkable = reply.siblings.size() > 1 || status_of(reply) != Status::ok;
  if (remarkable) screen.explain(text::write(key, reply, screen.error_style()));
}

// Sends with send(client) and tells everybody about the outcome.
template <class Send>
int write(const std::string& key, HistoryEvent event, UserFiles& files, Client& client, const CommandContext& context,
          const Send& send) {
  event.start_ns = monotonic_ns();
  const tl::expected<wire::WriteReply, Failure> reply = send();
  reply ? record(event, *reply) : record(event, reply.error());
  const auto kept = files.finish(context.globals, event);
  int code = 0;
  if (reply) {
    show(key, *reply, context);
    code = exit_code(status_of(*reply));
  } else {
    code = fail(client, reply.error(), context);
  }
  if (kept) return code;
  context.screen.explain("kin: " + kept.error() + '\n');
  return exit_code(Status::internal);
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
  wire::AddUpdate request;
  request.bucket = globals.bucket;
  request.key = command.key;
  request.value = std::move(*value);
  request.seen = carried.seen;
  request.context = carried.context;
  request.level = command.level;
  request.want_replaced = files->keeps_history();
  return write(command.key, std::move(event), *files, client, context,
               [&] { return client.add_update(std::move(request)); });
}

int run_command(const DeleteCommand& command, const CommandContext& context) {
  const Globals& globals = context.globals;
  auto files = UserFiles::open(globals);
  if (!files) return context.screen.fail(files.error());
  auto book = AddressBook::open(globals);
  if (!book) return context.screen.fail(book.error());
  Client client(book->for_any(), client_options(*book, context));

  const WriterContext carried = files->context_for(globals, command.key, command.seen, command.context);
  HistoryEvent event = files->begin(globals, client.core().options().name, "delete", command.key, carried);
  wire::Remove request;
  request.bucket = globals.bucket;
  request.key = command.key;
  request.seen = carried.seen;
  request.context = carried.context;
  request.level = command.level;
  request.want_replaced = files->keeps_history();
  return write(command.key, std::move(event), *files, client, context,
               [&] { return client.remove(std::move(request)); });
}

}  // namespace kin
