#include "client/commands/at_all_nodes.hpp"

#include "client/commands/calling.hpp"
#include "client/render/bytes.hpp"
#include "client/render/json.hpp"
#include "common/listed.hpp"

namespace kin {
namespace {

bool no_answer(const Failure& failure) { return failure.node.empty(); }

}  // namespace

int report_answers(const Client& client, const std::vector<Client::Result<wire::Done>>& answers,
                   const CommandContext& context) {
  std::vector<std::string> did, silent;
  std::string message;
  const Failure* refusal = nullptr;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Endpoint& endpoint = client.endpoints()[i];
    const std::string name = endpoint.name();
    if (answers[i]) {
      did.push_back(name);
      message = answers[i]->message;
    } else if (no_answer(answers[i].error())) {
      silent.push_back(name);
    } else if (refusal == nullptr) {
      refusal = &answers[i].error();
    }
  }
  if (refusal != nullptr) {
    Failure failure = *refusal;
    if (!did.empty()) {
      failure.applied = Applied::unknown;
      failure.message += "; done by " + listed(did);
    }
    return fail(client, failure, context);
  }
  if (did.empty()) return fail(client, answers.front().error(), context);
  Screen& screen = context.screen;
  if (screen.output() == Output::json) {
    screen.print(json::done(did, silent, message));
  } else if (!context.globals.quiet) {
    screen.print(listed(did) + ": " + escaped(message) + '\n');
  }
  if (!silent.empty() && screen.output() != Output::json) {
    screen.explain(listed(silent) + " did not answer: repeat the command when they are back\n");
  }
  return 0;
}

}  // namespace kin
