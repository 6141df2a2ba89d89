// The loop of a watch: asks a node, tells what came, asks again with the token of the answer; where a node does not
// answer or lacks what was told, the next one.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>

#include "client/commands/calling.hpp"
#include "client/render/bytes.hpp"
#include "client/render/watching.hpp"

namespace kin {

inline constexpr std::chrono::milliseconds before_asking_again{200};

// What waiting or another node may mend.
inline bool may_pass(const Failure& failure) {
  return failure.status == Status::unavailable || failure.status == Status::timeout ||
         failure.status == Status::internal;
}

// `ask(client, at)` is one question at the node `at`, with the newest token; `tell(reply, client, at)` prints it.
// `resume(token)` is the command line that goes on behind a token. Ends when interrupted, at a failure that does
// not pass, and when what was told cannot be printed. Returns the exit code.
template <class Reply>
int follow(const CommandContext& context, const std::function<std::string(const std::string&)>& resume,
           const std::function<Client::Result<Reply>(Client&, std::size_t)>& ask,
           const std::function<void(const Reply&, Client&, std::size_t)>& tell, std::string token) {
  auto book = AddressBook::open(context.globals);
  if (!book) return context.screen.fail(book.error());
  Client client(book->for_any(), client_options(*book, context));
  const bool as_json = context.screen.output() == Output::json;
  std::size_t at = 0;
  bool begun = false;
  std::string complaint;  // the last one, which is not repeated
  while (true) {
    const auto reply = ask(client, at);
    if (client.interrupted()) {
      if (as_json && !token.empty()) context.screen.print(json::watch_ended(token));
      if (!as_json && !token.empty()) context.screen.explain("\nto go on: " + resume(token) + '\n');
      return interrupted_exit;
    }
    if (!reply) {
      if (!may_pass(reply.error())) return fail(client, reply.error(), context);
      const std::string said = reply.error().message;
      at = (at + 1) % client.endpoints().size();
      if (said != complaint && !context.globals.quiet) {
        context.screen.explain("kin: " + escaped(said) + "; going on at " + client.endpoints()[at].title() + '\n');
      }
      complaint = said;
      client.core().poll(before_asking_again);
      continue;
    }
    complaint.clear();
    if (!begun && as_json) context.screen.print(json::watching(reply->node.str(), reply->token));
    if (!begun && !as_json && !context.globals.quiet) {
      context.screen.explain("watching at " + reply->node + "; Ctrl-C ends it and says how to go on\n");
    }
    begun = true;
    tell(*reply, client, at);
    if (!context.screen.prints()) {
      context.screen.explain("kin: the watch ends, since what came last could not be printed\n");
      if (!token.empty()) context.screen.explain("to be told it again: " + resume(token) + '\n');
      return exit_code(Status::internal);
    }
    token = reply->token;
  }
}

}  // namespace kin
