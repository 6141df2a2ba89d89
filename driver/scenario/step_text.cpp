#include "driver/scenario/step_text.hpp"

#include "common/listed.hpp"
#include "driver/scenario/expectation.hpp"

namespace kin::driver {

namespace {

// As it would be typed, as far as a reader needs it.
std::string quoted(const std::string& word) {
  return word.empty() || word.find(' ') != std::string::npos ? '"' + word + '"' : word;
}

struct Words {
  const std::vector<std::string>& all_nodes;

  std::string nodes(const std::vector<std::string>& some) const {
    return some.size() > 1 && some == all_nodes ? "all nodes" : listed(some);
  }
  std::string operator()(const ClientStep& step) const { return describe(step); }
  std::string operator()(const ParallelStep& step) const {
    std::vector<std::string> calls;
    for (const ClientStep& call : step.calls) calls.push_back(describe(call));
    for (const FaultStep& fault : step.faults) calls.push_back((*this)(fault));
    return "at the same time: " + listed(calls, "; ");
  }
  std::string operator()(const FaultStep& step) const {
    return std::string(name(step.fault)) + ' ' + nodes(step.nodes);
  }
  std::string operator()(const LinkStep& step) const {
    std::string out = "link from " + nodes(step.from) + " to " + nodes(step.to) + ": ";
    out += std::to_string(step.drop_percent) + " % are lost";
    return step.delay_ms == 0 ? out : out + ", " + std::to_string(step.delay_ms) + " ms late";
  }
  std::string operator()(const PlacesStep& step) const {
    std::vector<std::string> places;
    for (std::size_t i = 0; i < step.places.nodes.size(); ++i)
      places.push_back(step.places.nodes[i] + " in " + step.places.names[i]);
    return "put " + listed(places) + ", by the delays of the links between them";
  }
  std::string operator()(const MeasureStep& step) const {
    std::string command = "kin";
    for (const std::string& word : step.arguments) command += ' ' + quoted(word);
    return "measure at " + nodes(step.nodes) + ", " + std::to_string(step.times) + " times each: " + command + " -" +
           step.of + ' ' + listed(step.levels, " | ");
  }
  std::string operator()(const WaitStep& step) const {
    return "wait until " + nodes(step.nodes) + " have taken in the same updates";
  }
  std::string operator()(const ExpectStep& step) const { return "look at " + step.key + " on " + nodes(step.nodes); }
  std::string operator()(const CheckStep& step) const {
    return step.linearizable ? "check that each token was a single register to all clients"
                             : "check the history of all clients";
  }
  std::string operator()(const SayStep& step) const { return step.text; }
  std::string operator()(const RepeatStep& step) const {
    std::vector<std::string> inner;
    for (const Step& one : step.steps) inner.push_back(describe(one, all_nodes));
    return std::to_string(step.rounds) + " times: " + listed(inner, "; ");
  }
};

}  // namespace

std::string describe(const Step& step, const std::vector<std::string>& all_nodes) {
  return std::visit(Words{all_nodes}, step.action);
}

std::string describe(const ClientStep& step) {
  std::string out = step.node + ": kin";
  for (const std::string& word : step.arguments) out += ' ' + quoted(word);
  return out;
}

std::string describe(const ClientAnswer& answer) {
  if (answer.status.empty() || !answer.text.empty()) return answer.text.empty() ? "no answer" : answer.text;
  if (answer.keys) return answer.status + "  " + (answer.keys->empty() ? "(none)" : listed(*answer.keys, "  "));
  if (!answer.token.empty()) return answer.status + "  " + answer.token;
  if (answer.is_read) return answer.status + "  " + print_values(answer);
  std::string out = answer.status;
  if (!answer.clock.empty()) out += ' ' + print(answer.clock);
  if (answer.conflict) out += ", beside it: " + print_values(answer);
  if (!answer.message.empty()) out += ": " + answer.message;
  return out;
}

}  // namespace kin::driver
