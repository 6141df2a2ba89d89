#include "client/cli/argument_values.hpp"
#include "client/commands/run.hpp"
#include "client/render/json.hpp"
#include "common/wire/context_token.hpp"

namespace kin {

int run_command(const VclockCompareCommand& command, const CommandContext& context) {
  const auto a = parse_clock(command.a);
  if (!a) return context.screen.fail(usage_failure(a.error()));
  const auto b = parse_clock(command.b);
  if (!b) return context.screen.fail(usage_failure(b.error()));
  const auto relation = compare(*a, *b);
  if (!relation) return context.screen.fail(usage_failure(relation.error()));
  const bool as_json = context.screen.output() == Output::json;
  context.screen.print(as_json ? json::relation(*relation) : to_string(*relation) + std::string("\n"));
  return 0;
}

int run_command(const VclockDecodeCommand& command, const CommandContext& context) {
  const auto token = wire::parse_context(command.context);
  if (!token) return context.screen.fail(usage_failure(token.error()));
  const bool as_json = context.screen.output() == Output::json;
  context.screen.print(as_json ? json::context(*token) : text::context(*token));
  return 0;
}

}  // namespace kin
