#include "client/commands/resolving.hpp"

#include "client/commands/interrupts.hpp"
#include "client/commands/merging.hpp"
#include "client/commands/telling.hpp"
#include "client/render/json.hpp"
#include "client/render/text.hpp"

namespace kin {
namespace {

constexpr int most_rounds = 10;

int interrupted(const CommandContext& context) {
  context.screen.fail({Status::internal, Applied::no, "interrupted; nothing was written, the conflict stays"});
  return interrupted_exit;
}

int nothing_to_resolve(const std::string& key, const wire::ReadReply& reply, const CommandContext& context) {
  if (context.screen.output() == Output::json) {
    context.screen.print(json::read(context.globals.bucket, key, reply));
  } else if (!context.globals.quiet) {
    context.screen.explain("kin: nothing to resolve, there is one value of " + text::key(key));
  }
  return 0;
}

int show_only(const std::string& key, const std::string& value, const wire::ReadReply& reply,
              const CommandContext& context) {
  Screen& screen = context.screen;
  if (screen.output() == Output::json) {
    screen.print(json::resolution(context.globals.bucket, key, value, reply));
  } else if (screen.output() == Output::raw) {
    screen.print(value);
  } else {
    screen.print(text::resolution(key, value, reply, screen.style()));
  }
  return 0;
}

// A merge takes in what it is given. What a user chose, they chose without having seen the value that came.
bool takes_in_what_comes(const ResolveCommand& command) {
  return !command.value && !command.take && command.over.empty();
}

}  // namespace

tl::expected<std::string, int> value_to_write(const ResolveCommand& command,
                                              const tl::expected<wire::ReadReply, Failure>& reply,
                                              const std::function<std::string()>& base, const CommandContext& context) {
  const auto over = [](int code) { return tl::unexpected(code); };
  if (!reply || reply->siblings.empty()) return over(tell(ReadCommand{command.key, {}, false}, reply, context));
  if (auto same = as_it_was_read(command, reply->siblings); !same) {
    same.error().node = reply->node;
    return over(context.screen.fail(same.error()));
  }
  if (reply->siblings.size() == 1) return over(nothing_to_resolve(command.key, *reply, context));
  auto value = merged(command, reply->siblings, command.merge_command ? base() : std::string(), context.interrupt_fd);
  if (is_interrupted(context.interrupt_fd)) return over(interrupted(context));
  if (!value) return over(context.screen.fail(value.error()));
  if (command.dry_run) return over(show_only(command.key, *value, *reply, context));
  return *std::move(value);
}

std::optional<int> end_of_round(const ResolveCommand& command, const std::string& value,
                                const tl::expected<wire::WriteReply, Failure>& written, int round,
                                const CommandContext& context) {
  const bool came = written && written->siblings.size() > 1;
  if (!came || !takes_in_what_comes(command) || round == most_rounds) {
    const int code = tell_resolved(command.key, value, written, context);
    return came ? exit_code(Status::conflict) : code;
  }
  if (!context.globals.quiet) {
    context.screen.explain("kin: another value of " + text::key(command.key) +
                           "     came meanwhile; resolving it too\n");
  }
  return std::nullopt;
}

}  // namespace kin
