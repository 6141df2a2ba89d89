// kin watch and kin conflicts --watch.
#include <algorithm>
#include <iterator>

#include "client/commands/following.hpp"
#include "client/commands/run.hpp"
#include "client/told_states.hpp"

namespace kin {
namespace {

class WatchingKeys {
 public:
  WatchingKeys(const WatchCommand& command, const CommandContext& context) : screen_(context.screen) {
    request_.bucket = context.globals.bucket;
    request_.is_prefix = command.prefix.has_value();
    request_.name = command.prefix.value_or(command.key.value_or(""));
    request_.begin = command.all ? wire::WatchFrom::start : wire::WatchFrom::now;
    if (!command.from.empty()) request_.begin = wire::WatchFrom::token;
    request_.from = command.from;
  }

  Client::Result<wire::WatchReply> ask(Client& client, std::size_t at) { return client.watch(at, request_); }

  void tell(const wire::WatchReply& reply, Client& client, std::size_t at) {
    if (reply.forgotten) {
      as_json() ? screen_.print(json::forgotten()) : screen_.explain(text::forgotten());
      looks_for_deletes_ = true;
    }
    std::vector<wire::WatchEvent> news;
    const auto add = [&](const wire::WatchEvent& event) {
      if (states_.is_news(event)) news.push_back(event);
    };
    for (const wire::WatchEvent& event : reply.events) add(event);
    if (looks_for_deletes_ && !reply.more) {
      const auto gone = gone_at(client, at);
      looks_for_deletes_ = !gone;
      for (const std::string& key : gone.value_or(std::vector<std::string>{})) add({key, {}, {}, ""});
    }
    for (const wire::WatchEvent& event : news) {
      const std::string token = &event == &news.back() ? reply.token : "";
      screen_.print(as_json() ? json::changed(request_.bucket, event, reply, token)
                              : text::changed(event, reply, screen_.style()));
    }
    request_.begin = wire::WatchFrom::token;
    request_.from = reply.token;
  }

 private:
  bool as_json() const { return screen_.output() == Output::json; }

  // Of the keys that were told to have a value: those that have none at this node, which has all that was told. Nothing
  // where it does not say.
  std::optional<std::vector<std::string>> gone_at(Client& client, std::size_t at) const {
    std::vector<std::string> out = states_.alive();
    wire::Keys page{request_.bucket, request_.name, "", 1000};
    while (true) {
      const auto there = client.keys(page, at);
      if (!there) return std::nullopt;
      std::vector<std::string> rest;
      std::set_difference(out.begin(), out.end(), there->keys.begin(), there->keys.end(), std::back_inserter(rest));
      out = std::move(rest);
      if (!there->more || there->keys.empty()) return out;
      page.after = there->keys.back();
    }
  }

  Screen& screen_;
  wire::Watch request_;
  ToldStates states_;
  bool looks_for_deletes_ = false;
};

}  // namespace

int run_command(const WatchCommand& command, const CommandContext& context) {
  WatchingKeys watching(command, context);
  const auto resume = [&](const std::string& token) {
    const std::string from = context.globals.command + " watch --from " + token;
    if (command.prefix) return from + " --prefix " + shell_word(*command.prefix);
    return from + ' ' + text::dashed_word(command.key.value_or(""));
  };
  return follow<wire::WatchReply>(
      context, resume, [&](Client& client, std::size_t at) { return watching.ask(client, at); },
      [&](const wire::WatchReply& reply, Client& client, std::size_t at) { watching.tell(reply, client, at); },
      command.from);
}

int watch_conflicts(const ConflictsCommand& command, const CommandContext& context) {
  // Without -b all buckets are meant, as in the list.
  wire::WatchConflicts request;
  if (context.globals.bucket_given) request.bucket = context.globals.bucket;
  request.from = command.from;
  const auto ask = [&](Client& client, std::size_t at) { return client.watch_conflicts(at, request); };
  const auto tell = [&](const wire::WatchConflictsReply& reply, Client& /*client*/, std::size_t /*at*/) {
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
  const auto resume = [&](const std::string& token) {
    return context.globals.command + " conflicts --watch --from " + token;
  };
  return follow<wire::WatchConflictsReply>(context, resume, ask, tell, command.from);
}

}  // namespace kin
