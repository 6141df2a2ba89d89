#include "client/commands/at_all_nodes.hpp"

#include <algorithm>

#include "client/commands/calling.hpp"
#include "client/render/bytes.hpp"
#include "client/render/json.hpp"
#include "common/listed.hpp"

namespace kin {
namespace {

using Answer = Client::Result<wire::Done>;

bool no_answer(const Failure& failure) { return failure.node.empty(); }

// Whether somebody may have done it without saying so.
bool may_have_been_done(const Answer& answer) {
  return !answer && no_answer(answer.error()) && answer.error().applied != Applied::no;
}

}  // namespace

int report_answers(const Client& client, const std::vector<Client::Result<wire::Done>>& answers,
                   const CommandContext& context) {
  std::vector<std::string> did, silent;
  std::string message;
  const Failure* refusal = nullptr;
  const auto sent = std::find_if(answers.begin(), answers.end(), may_have_been_done);
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
    if (!did.empty()) failure.message += "; done by " + listed(did);
    if (!silent.empty()) failure.message += "; no answer from " + listed(silent);
    if (!did.empty() || sent != answers.end()) failure.applied = Applied::unknown;
    return fail(client, failure, context);
  }
  if (did.empty()) return fail(client, (sent == answers.end() ? answers.front() : *sent).error(), context);
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
