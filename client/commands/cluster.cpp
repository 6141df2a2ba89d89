#include <algorithm>

#include "client/cluster_survey.hpp"
#include "client/commands/at_all_nodes.hpp"
#include "client/commands/calling.hpp"
#include "client/commands/converging.hpp"
#include "client/commands/interrupts.hpp"
#include "client/commands/run.hpp"
#include "client/render/cluster_text.hpp"
#include "client/render/json.hpp"
#include "common/listed.hpp"

namespace kin {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_look{1000};

Failure nobody_answers(const ClusterSurvey& survey) {
  const std::string tried = listed(survey.nodes, ", ", [](const SurveyedNode& node) { return node.endpoint.title(); });
  return {Status::unavailable, Applied::no, "no node could be reached; tried " + tried, "", 0, 0};
}

bool anybody_answers(const ClusterSurvey& survey) {
  return std::any_of(survey.nodes.begin(), survey.nodes.end(),
                     [](const SurveyedNode& node) { return node.status.has_value(); });
}

// The node that is pinned, or all of them.
std::vector<Endpoint> meant(const AddressBook& book, const Globals& globals) {
  return globals.node.empty() ? book.all() : book.for_any();
}

bool answers(const AddressBook& book, const std::string& member, const CommandContext& context) {
  std::vector<Endpoint> endpoints = book.all();
  std::erase_if(endpoints, [&](const Endpoint& endpoint) { return endpoint.node != member; });
  if (endpoints.empty()) return false;
  ClientOptions options = client_options(book, context);
  options.timeout = std::min(longest_look, options.timeout);
  return Client(std::move(endpoints), std::move(options)).status().has_value();
}

int interrupted(const CommandContext& context) {
  context.screen.fail({Status::internal, Applied::no, "interrupted; nothing was changed", "", 0, 0});
  return interrupted_exit;
}

template <class Json, class Text>
int show_survey(const CommandContext& context, const Json& as_json, const Text& as_text) {
  auto book = AddressBook::open(context.globals);
  if (!book) return context.screen.fail(book.error());
  Client client(meant(*book, context.globals), client_options(*book, context));
  ClusterSurvey now = survey(client);
  now.pinned = !context.globals.node.empty();
  if (client.interrupted()) return interrupted(context);
  if (!anybody_answers(now)) return context.screen.fail(nobody_answers(now));
  Screen& screen = context.screen;
  screen.print(screen.output() == Output::json ? as_json(now) : as_text(now, screen.style()));
  return 0;
}

}  // namespace

int run_command(const ClusterStatusCommand&, const CommandContext& context) {
  return show_survey(context, json::cluster_status, text::cluster_status);
}

int run_command(const ClusterLagCommand&, const CommandContext& context) {
  return show_survey(context, json::cluster_lag, text::cluster_lag);
}

int run_command(const ClusterWaitCommand& command, const CommandContext& context) {
  Globals anywhere = context.globals;
  anywhere.node.clear();  // one node alone is always the same as itself
  auto book = AddressBook::open(anywhere);
  if (!book) return context.screen.fail(book.error());
  ClientOptions options = client_options(*book, context);
  options.timeout = std::min(longest_look, command.timeout);
  Client client(book->all(), options);
  Screen& screen = context.screen;
  const bool progress = screen.err_is_terminal() && !context.globals.quiet;
  const Convergence seen =
      wait_until_converged(client, std::chrono::steady_clock::now() + command.timeout, [&](const std::string& reasons) {
        if (progress) screen.explain("waiting: " + reasons + '\n');
      });
  if (seen.interrupted) return interrupted(context);
  if (const auto others = members_not_asked(seen.last); !others.empty()) {
    return screen.fail(
        usage_failure("whether all nodes hold the same cannot be said, " + others.begin()->str() +
                      " is not among those that were named: give --config, or all nodes in --endpoints"));
  }
  if (!seen.reached()) {
    return screen.fail(
        {Status::timeout, Applied::unknown,
         "not converged within " + std::to_string(command.timeout.count()) + " ms: " + listed(seen.reasons, "; "), "",
         0, 0});
  }
  if (screen.output() == Output::json) {
    screen.print(json::cluster_converged(seen.last));
  } else if (!context.globals.quiet) {
    screen.print("converged: all nodes hold the same\n");
  }
  return 0;
}

int run_command(const ClusterRemoveCommand& command, const CommandContext& context) {
  auto book = AddressBook::open(context.globals);
  if (!book) return context.screen.fail(book.error());
  if (!command.force) {
    const bool alive = answers(*book, command.member, context);
    if (is_interrupted(context.interrupt_fd)) return interrupted(context);
    if (alive) {
      return context.screen.fail(
          usage_failure(command.member +
                        " answers: what it has taken and told nobody yet would be lost, and it takes more until it "
                        "hears of it. End its process first; or say --force"));
    }
  }
  std::vector<Endpoint> others = meant(*book, context.globals);
  // The one that never comes back has no say.
  std::erase_if(others, [&](const Endpoint& endpoint) { return endpoint.node == command.member; });
  if (others.empty()) return context.screen.fail(usage_failure("there is no other node that could be told"));
  Client client(std::move(others), client_options(*book, context));
  return report_answers(client, client.remove_member_at_all(command.member), context);
}

}  // namespace kin
