// kin token. Changes go to the writer only; reads to a random reader, and on to another one where it is silent.
#include "client/render/token.hpp"

#include <algorithm>
#include <chrono>

#include "client/commands/calling.hpp"
#include "client/commands/progress_line.hpp"
#include "client/commands/run.hpp"
#include "client/commands/token_book.hpp"
#include "client/commands/token_telling.hpp"
#include "client/commands/user_files.hpp"
#include "client/render/bytes.hpp"
#include "client/render/json.hpp"
#include "common/listed.hpp"

namespace kin {
namespace {

std::string texts(const std::vector<Endpoint>& endpoints) {
  return listed(endpoints, ", ", [](const Endpoint& endpoint) { return endpoint.title(); });
}

// The one that the user names, else the pinned node, else all of `from` in a random order.
tl::expected<std::vector<Endpoint>, Failure> chosen(const TokenBook& book, const std::vector<Endpoint>& from,
                                                    const std::string& named, const char* what) {
  if (named.empty() && book.pinned()) return std::vector<Endpoint>{*book.pinned()};
  if (named.empty() && !from.empty()) return shuffled(from);
  const auto found = std::find_if(from.begin(), from.end(), [&](const Endpoint& endpoint) {
    return endpoint.text() == named || endpoint.node == named;
  });
  if (found != from.end()) return std::vector<Endpoint>{*found};
  if (from.empty()) return tl::unexpected(usage_failure(std::string("none of the given endpoints is a ") + what));
  return tl::unexpected(usage_failure(escaped(named) + " is no " + what + " of this token; there are " + texts(from)));
}

// Sends with send(client), whose reply is about a token, and tells everybody about the outcome.
template <class Request, class Send>
int call(const std::string& verb, const TokenHolders& holders, const Request& request, std::vector<Endpoint> to,
         const ClientOptions& options, UserFiles& files, const CommandContext& context, const Send& send) {
  Client client(std::move(to), options);
  RegisterEvent event = event_of(request);
  event.client = client.core().options().name;
  event.start_ns = monotonic_ns();
  const tl::expected<wire::TokenReply, Failure> reply = send(client);
  reply ? record(event, *reply, monotonic_ns()) : record(event, reply.error(), monotonic_ns());
  const auto kept = files.finish(event);
  return ended(tell_token(verb, holders.writer_id, reply, context), kept, client, context);
}

struct Opened {
  UserFiles files;
  TokenBook book;
  ClientOptions options;
  TokenHolders holders;
};

tl::expected<Opened, Failure> open(const std::string& id, const CommandContext& context) {
  auto files = UserFiles::open(context.globals);
  if (!files) return tl::unexpected(files.error());
  auto book = TokenBook::open(context.globals);
  if (!book) return tl::unexpected(book.error());
  ClientOptions options = client_options(book->book(), context);
  auto holders = book->holders(id, options);
  if (!holders) return tl::unexpected(holders.error());
  return Opened{std::move(*files), std::move(*book), std::move(options), std::move(*holders)};
}

// At the writer, or at the node that is pinned, which says who the writer is where it is another one.
template <class Request, class Send>
int change(const std::string& verb, const Request& request, const CommandContext& context, const Send& send) {
  auto opened = open(request.id, context);
  if (!opened) return context.screen.fail(opened.error());
  const std::optional<Endpoint> at = opened->book.pinned() ? opened->book.pinned() : opened->holders.writer;
  if (!at) {
    return context.screen.fail(usage_failure("the writer of token " + shortened(request.id, 60) + ", " +
                                             opened->holders.writer_id + ", is none of the given endpoints"));
  }
  return call(verb, opened->holders, request, {*at}, opened->options, opened->files, context, send);
}

}  // namespace

int run_command(const TokenCreateCommand& command, const CommandContext& context) {
  const wire::TokenCreate request{command.id, command.if_absent};
  return change("create", request, context, [&](Client& client) { return client.token_create(0, request); });
}

int run_command(const TokenWriteCommand& command, const CommandContext& context) {
  const wire::TokenWrite request{command.id, command.name, command.low, command.mid, command.high, true};
  return change("write", request, context, [&](Client& client) {
    wire::TokenProgress last;
    tl::expected<wire::TokenReply, Failure> reply;
    {
      ProgressLine line(context);
      const auto begin = std::chrono::steady_clock::now();
      reply = client.token_write(0, request, [&](const wire::TokenProgress& progress) {
        last = progress;
        line.show(text::progress_of(progress,
                                    std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()));
      });
    }
    if (!reply && reply.error().status == Status::timeout && last.total != 0) {
      reply.error().message += "; " + std::to_string(last.done) + " of " + std::to_string(last.total) +
                               " numbers were hashed by then: give it longer with --timeout";
    }
    return reply;
  });
}

int run_command(const TokenDropCommand& command, const CommandContext& context) {
  const wire::TokenDrop request{command.id};
  return change("drop", request, context, [&](Client& client) { return client.token_drop(0, request); });
}

int run_command(const TokenReadCommand& command, const CommandContext& context) {
  auto opened = open(command.id, context);
  if (!opened) return context.screen.fail(opened.error());
  auto to = chosen(opened->book, opened->holders.readers, command.reader, "reader");
  if (!to) return context.screen.fail(to.error());
  const wire::TokenRead request{command.id};
  return call("read", opened->holders, request, std::move(*to), opened->options, opened->files, context,
              [&](Client& client) { return client.token_read(request); });
}

int run_command(const TokenShowCommand& command, const CommandContext& context) {
  auto opened = open(command.id, context);
  if (!opened) return context.screen.fail(opened.error());
  auto to = chosen(opened->book, opened->holders.all(), command.reader, "holder");
  if (!to) return context.screen.fail(to.error());
  Client client(std::move(*to), opened->options);
  const int code = tell_token_show(client.token_show({command.id}), context);
  return client.interrupted() ? interrupted_exit : code;
}

int run_command(const TokenListCommand&, const CommandContext& context) {
  auto book = TokenBook::open(context.globals);
  if (!book) return context.screen.fail(book.error());
  Client client(book->book().for_any(), client_options(book->book(), context));
  const auto reply = client.token_list();
  if (!reply) return fail(client, reply.error(), context);
  std::vector<ListedToken> tokens;
  for (const wire::TokenRow& row : reply->tokens) {
    ListedToken& token = tokens.emplace_back(ListedToken{row.id, book->address(row.writer), {}});
    for (const NodeId& reader : row.readers) token.readers.push_back(book->address(reader));
  }
  Screen& screen = context.screen;
  switch (screen.output()) {
    case Output::json: screen.print(json::tokens(tokens)); break;
    case Output::text: screen.print(text::tokens(tokens, screen.style())); break;
    case Output::raw:
      for (const ListedToken& token : tokens) screen.print(token.id + '\n');
      break;
  }
  return 0;
}

}  // namespace kin
