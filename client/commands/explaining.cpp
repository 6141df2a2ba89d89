#include "client/commands/explaining.hpp"

#include <algorithm>

#include "client/commands/calling.hpp"
#include "client/outcome.hpp"
#include "client/pages/diagram_svg.hpp"
#include "client/pages/page_file.hpp"
#include "client/pages/timeline_page.hpp"
#include "client/render/bytes.hpp"
#include "client/render/story.hpp"
#include "client/render/wording.hpp"
#include "client/story/conflict_story.hpp"
#include "client/story/story_diagram.hpp"

namespace kin {
namespace {

std::string name_of(const Endpoint& endpoint, const tl::expected<wire::ExplainReply, Failure>& answer) {
  return endpoint.node.empty() && answer ? answer->node.str() : endpoint.name();
}

// Writes the pictures that were asked for. Failure: USAGE for a file that cannot be written, UNSUPPORTED where this
// program cannot draw pages.
tl::expected<void, Failure> draw(const ExplainCommand& command, const std::string& bucket, const ConflictStory& story) {
  if (command.html.empty() && command.svg.empty()) return {};
  const Diagram diagram = story_diagram(bucket, command.key, story);
  const std::string title = (story.conflict() ? "The conflict of " : "The value of ") + escaped(command.key);
  if (!command.html.empty()) {
    const auto page = timeline_page(diagram, {title, "", ""});
    if (!page) return tl::unexpected(Failure{Status::unsupported, Applied::no, page.error(), "", 0, 0});
    if (auto written = write_page(command.html, *page); !written) return tl::unexpected(usage_failure(written.error()));
  }
  if (command.svg.empty()) return {};
  return write_page(command.svg, diagram_svg(diagram, title)).map_error(usage_failure);
}

}  // namespace

int tell(const ExplainCommand& command, const std::vector<Endpoint>& endpoints,
         const std::vector<tl::expected<wire::ExplainReply, Failure>>& replies, const CommandContext& context) {
  Screen& screen = context.screen;
  std::vector<NodeAnswer> answers;
  const Failure* refusal = nullptr;
  bool any = false;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    NodeAnswer answer{name_of(endpoints[i], replies[i]), std::nullopt, ""};
    if (replies[i]) {
      answer.reply = *replies[i];
      any = true;
    } else {
      answer.why_silent = replies[i].error().message;
      if (!replies[i].error().node.empty() && refusal == nullptr) refusal = &replies[i].error();
    }
    answers.push_back(std::move(answer));
  }
  if (refusal != nullptr) return screen.fail(*refusal);
  if (!any) {
    const bool reached = std::any_of(replies.begin(), replies.end(),
                                     [](const auto& reply) { return reply.error().status != Status::unavailable; });
    return screen.fail(reached ? replies.front().error() : never_reached(endpoints, context.globals.timeout));
  }
  const auto story = story_of(answers);
  if (!story) return screen.fail({Status::internal, Applied::no, story.error(), "", 0, 0});

  if (!story->values.empty()) {
    if (auto drawn = draw(command, context.globals.bucket, *story); !drawn) return screen.fail(drawn.error());
  }
  if (screen.output() == Output::json) {
    screen.print(json::story(context.globals.bucket, command.key, *story));
    return story->values.empty() ? exit_code(Status::not_found) : 0;
  }
  if (story->values.empty()) {
    return screen.fail({Status::not_found, Applied::no, nothing_there(command.key), "", 0, 0});
  }
  if (screen.output() == Output::text) {
    screen.print(text::story(command.key, *story, screen.style()));
  } else {
    screen.explain(text::story(command.key, *story, screen.error_style()));
  }
  for (const std::string& file : {command.html, command.svg}) {
    if (!file.empty() && !context.globals.quiet) screen.explain(escaped(file) + ": open it in a browser\n");
  }
  return 0;
}

int run_command(const ExplainCommand& command, const CommandContext& context) {
  Globals anywhere = context.globals;
  anywhere.node.clear();  // one node alone knows half of it
  auto book = AddressBook::open(anywhere);
  if (!book) return context.screen.fail(book.error());
  Client client(book->all(), client_options(*book, context));
  const auto replies = client.explain_at_all({context.globals.bucket, command.key});
  return ended(tell(command, client.endpoints(), replies, context), {}, client, context);
}

}  // namespace kin
