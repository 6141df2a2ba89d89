// kin watch and kin conflicts --watch.
#include "client/commands/following.hpp"
#include "client/commands/run.hpp"
#include "client/told_states.hpp"

namespace kin {
namespace {

std::string with_value(const std::string& flag, const std::string& value) {
  return " " + flag + " " + shell_word(value);
}

}  // namespace

int run_command(const WatchCommand& command, const CommandContext& context) {
  wire::Watch request;
  request.bucket = context.globals.bucket;
  request.is_prefix = command.prefix.has_value();
  request.name = command.prefix.value_or(command.key.value_or(""));
  request.begin = command.all ? wire::WatchFrom::start : wire::WatchFrom::now;
  if (!command.from.empty()) request.begin = wire::WatchFrom::token;
  request.from = command.from;
  const std::string resume =
      context.globals.command + " watch" +
      (command.prefix ? with_value("--prefix", *command.prefix) : " " + shell_word(request.name));
  ToldStates states;
  const auto ask = [&](Client& client, std::size_t at) { return client.watch(at, request); };
  const auto tell = [&](const wire::WatchReply& reply) {
    Screen& screen = context.screen;
    const bool as_json = screen.output() == Output::json;
    if (reply.forgotten) as_json ? screen.print(json::forgotten()) : screen.explain(text::forgotten());
    std::vector<const wire::WatchEvent*> news;
    for (const wire::WatchEvent& event : reply.events) {
      if (states.is_news(event)) news.push_back(&event);
    }
    for (const wire::WatchEvent* event : news) {
      const std::string token = event == news.back() ? reply.token : "";
      screen.print(as_json ? json::changed(request.bucket, *event, reply, token)
                           : text::changed(*event, reply, screen.style()));
    }
    request.begin = wire::WatchFrom::token;
    request.from = reply.token;
  };
  return follow<wire::WatchReply>(context, resume, ask, tell, command.from);
}

int watch_conflicts(const ConflictsCommand& command, const CommandContext& context) {
  // Without -b all buckets are meant, as in the list.
  wire::WatchConflicts request;
  if (context.globals.bucket_given) request.bucket = context.globals.bucket;
  request.from = command.from;
  const auto ask = [&](Client& client, std::size_t at) { return client.watch_conflicts(at, request); };
  const auto tell = [&](const wire::WatchConflictsReply& reply) {
    Screen& screen = context.screen;
    for (std::size_t i = 0; i < reply.changes.size(); ++i) {
      const wire::ConflictChange& change = reply.changes[i];
      const bool last = i + 1 == reply.changes.size();
      screen.print(screen.output() == Output::json
                       ? json::changed(change, last ? reply.token : "")
                       : text::changed(change, request.bucket.empty() && change.bucket != "default", screen.style()));
    }
    request.from = reply.token;
  };
  return follow<wire::WatchConflictsReply>(context, context.globals.command + " conflicts --watch", ask, tell,
                                           command.from);
}

}  // namespace kin
