#include "client/commands/token_telling.hpp"

#include "client/render/token.hpp"

namespace kin {

int tell_token(const std::string& verb, const NodeId& writer, const tl::expected<wire::TokenReply, Failure>& reply,
               const CommandContext& context) {
  Screen& screen = context.screen;
  if (!reply) return screen.fail(reply.error());
  switch (screen.output()) {
    case Output::json: screen.print(json::token(*reply, writer)); break;
    case Output::text: screen.print(text::token(verb, *reply, writer, screen.style())); break;
    case Output::raw:
      if (verb == "read" && reply->value) screen.print(std::to_string(reply->value->final.x) + '\n');
      break;
  }
  return 0;
}

int tell_token_show(const tl::expected<wire::TokenShowReply, Failure>& reply, const CommandContext& context) {
  Screen& screen = context.screen;
  if (!reply) return screen.fail(reply.error());
  const bool as_json = screen.output() == Output::json;
  screen.print(as_json ? json::token_show(*reply) : text::token_show(*reply, screen.style()));
  return 0;
}

}  // namespace kin
