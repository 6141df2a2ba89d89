#include "client/commands/telling.hpp"

#include "client/client.hpp"
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

void show(const std::string& key, const wire::WriteReply& reply, const std::optional<std::string>& value,
          const CommandContext& context) {
  Screen& screen = context.screen;
  if (screen.output() == Output::json) return screen.print(json::write(context.globals.bucket, key, reply, value));
  if (screen.output() == Output::text) return screen.print(text::write(key, reply, screen.style(), value));
  const bool remarkable = reply.siblings.size() > 1 || status_of(reply) != Status::ok;
  if (remarkable) screen.explain(text::write(key, reply, screen.error_style(), value));
}

int tell(const std::string& key, const std::optional<std::string>& value,
         const tl::expected<wire::WriteReply, Failure>& reply, const CommandContext& context) {
  if (!reply) return context.screen.fail(reply.error());
  show(key, *reply, value, context);
  return exit_code(status_of(*reply));
}

}  // namespace

int tell(const ReadCommand& command, const tl::expected<wire::ReadReply, Failure>& reply,
         const CommandContext& context) {
  if (!reply) return context.screen.fail(reply.error());
  show(command.key, *reply, context);
  const Status status = status_of(*reply);
  return status == Status::conflict && command.allow_siblings ? 0 : exit_code(status);
}

int tell(const std::string& key, const tl::expected<wire::WriteReply, Failure>& reply, const CommandContext& context) {
  return tell(key, std::nullopt, reply, context);
}

int tell_resolved(const std::string& key, const std::string& value,
                  const tl::expected<wire::WriteReply, Failure>& reply, const CommandContext& context) {
  return tell(key, std::optional(value), reply, context);
}

}  // namespace kin
