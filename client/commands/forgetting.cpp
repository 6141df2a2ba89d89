#include "client/commands/forgetting.hpp"

#include <algorithm>
#include <set>

#include "client/cluster_survey.hpp"
#include "client/commands/address_book.hpp"
#include "client/commands/at_all_nodes.hpp"
#include "client/render/watching.hpp"

namespace kin {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds between_two_looks{50}, longest_look{1000}, shortest_look{100};

// What the answers say together.
struct Traces {
  std::set<NodeId> members, answered;
  std::size_t removed = 0;  // endpoints that are silent, and members no more
  std::string kept;         // who still keeps what, in words; empty: nobody
  std::string blocking;     // members that are not known to have the delete
};

void add(std::string& list, std::string_view one) { list.append(list.empty() ? "" : ", ").append(one); }

std::string what_is_kept(const wire::TracesReply& reply) {
  if (reply.values > 0 && reply.has_delete) return "a value that the delete had not seen";
  if (!reply.has_delete) return "not the delete yet";
  return reply.mapped > 0 ? "the names of its writes" : "what the delete had seen";
}

Traces look(Client& client, const wire::TracesOf& question) {
  Traces out;
  std::set<NodeId> lacking;
  const auto answers = client.traces_at_all(question);
  for (const auto& answer : answers) {
    if (answer) out.members.insert(answer->members.begin(), answer->members.end());
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) {
      const Endpoint& silent = client.endpoints()[i];
      const bool removed = !silent.node.empty() && !out.members.empty() && !out.members.contains(silent.node);
      if (removed) {
        ++out.removed;
        continue;
      }
      add(out.kept, silent.name() + " does not answer");
      if (!silent.node.empty()) lacking.insert(silent.node);
      continue;
    }
    const wire::TracesReply& reply = *answers[i];
    out.answered.insert(reply.node);
    if (reply.record || reply.mapped > 0 || !reply.has_delete)
      add(out.kept, reply.node + " has " + what_is_kept(reply));
    lacking.insert(reply.lacking.begin(), reply.lacking.end());
  }
  for (const NodeId& node : lacking) {
    const bool has =
        out.answered.contains(node) && std::any_of(answers.begin(), answers.end(), [&](const auto& answer) {
          return answer && answer->node == node && answer->has_delete;
        });
    if (!has) add(out.blocking, node);
  }
  return out;
}

std::string in_words(const Traces& traces) {
  std::string out = "the key is deleted, and not yet forgotten: " + traces.kept;
  if (!traces.blocking.empty()) {
    out += ". Waiting for " + traces.blocking + " to have it; a node that never comes back ends this with " +
           "kin cluster remove ID";
  }
  return out + ". kin cluster lag tells more";
}

// All nodes have to forget, whichever takes the delete.
Globals at_all(Globals globals) {
  globals.node.clear();
  return globals;
}

milliseconds time_of_look(Clock::time_point until) {
  return std::clamp(std::chrono::duration_cast<milliseconds>(until - Clock::now()), shortest_look, longest_look);
}

std::string cannot_be_asked(const NodeId& member) {
  return member + " cannot be asked whether it has forgotten it: give --config, or all nodes in --endpoints";
}

}  // namespace

tl::expected<void, Failure> all_can_be_asked(const CommandContext& context, Clock::time_point until) {
  auto book = AddressBook::open(at_all(context.globals));
  if (!book) return tl::unexpected(book.error());
  Client client(book->all(), client_options(*book, context));
  client.core().set_timeout(time_of_look(until));
  const auto others = members_not_asked(survey(client));
  if (others.empty()) return {};
  return tl::unexpected(usage_failure("nothing is deleted: " + cannot_be_asked(*others.begin())));
}

int wait_until_forgotten(const wire::TracesOf& question, const CommandContext& context, Clock::time_point until) {
  Screen& screen = context.screen;
  auto book = AddressBook::open(at_all(context.globals));
  if (!book) return screen.fail(book.error());
  Client client(book->all(), client_options(*book, context));
  while (true) {
    client.core().set_timeout(time_of_look(until));
    const Traces traces = look(client, question);
    for (const NodeId& member : traces.members) {
      if (traces.answered.size() + traces.removed < client.endpoints().size() || traces.answered.contains(member))
        continue;
      return screen.fail({Status::usage, Applied::yes, "the key is deleted, but " + cannot_be_asked(member), "", 0, 0});
    }
    if (traces.kept.empty() && !traces.answered.empty()) {
      if (screen.output() == Output::json) screen.print(json::forgotten_by_all());
      if (screen.output() == Output::text && !context.globals.quiet) screen.print("  forgotten by all nodes\n");
      return 0;
    }
    const bool interrupted = client.interrupted() || !client.core().poll(between_two_looks);
    if (!interrupted && Clock::now() < until) continue;
    const int code = screen.fail({Status::timeout, Applied::yes, in_words(traces), "", 0, 0});
    return interrupted ? interrupted_exit : code;
  }
}

}  // namespace kin
