#include "driver/scenario/runner.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "driver/check/causal_check.hpp"
#include "driver/check/linearizable_check.hpp"
#include "driver/scenario/command_words.hpp"
#include "driver/scenario/expectation.hpp"
#include "driver/scenario/final_read.hpp"
#include "driver/scenario/step_text.hpp"

namespace kin::driver {

namespace {

void note(const World::Result& result, StepReport& report) {
  if (!result) report.wrong.push_back(result.error());
}

// Of the operations of a history, every key that somebody wrote or read, with its bucket.
std::set<std::pair<std::string, std::string>> keys_of(const check::CausalHistory& history) {
  std::set<std::pair<std::string, std::string>> keys;
  for (const check::Operation& operation : history.operations) keys.emplace(operation.bucket, operation.plain_key);
  return keys;
}

}  // namespace

const char* name(Verdict verdict) {
  switch (verdict) {
    case Verdict::held: return "held";
    case Verdict::did_not_hold: return "did not hold";
    case Verdict::interrupted: return "interrupted";
  }
  return "?";
}

ScenarioReport Runner::run(const Scenario& scenario) {
  const auto start = std::chrono::steady_clock::now();
  ScenarioReport out;
  out.name = scenario.name;
  out.title = scenario.title;
  for (const Step& step : scenario.steps) {
    if (interrupted_ && interrupted_()) {
      out.verdict = Verdict::interrupted;
      break;
    }
    if (observer_.begins) observer_.begins({step.line, describe(step, world_.nodes()), step.why, {}, {}});
    out.steps.push_back(play(step));
    StepReport& played = out.steps.back();
    const bool cut_short = !played.wrong.empty() && interrupted_ && interrupted_();
    if (cut_short) played.wrong.clear();  // what an interrupt keeps from happening says nothing about the cluster
    if (observer_.ended) observer_.ended(played);
    if (cut_short) out.verdict = Verdict::interrupted;
    if (!played.wrong.empty()) out.verdict = Verdict::did_not_hold;
    if (out.verdict != Verdict::held) break;
  }
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

StepReport Runner::play(const Step& step) {
  StepReport report{step.line, describe(step, world_.nodes()), step.why, {}, {}};
  std::visit([&](const auto& action) { act(action, report); }, step.action);
  return report;
}

void Runner::act(const ClientStep& step, StepReport& report) {
  const auto begun = world_.elapsed();
  while (true) {
    StepReport one;
    call_all({step}, {}, one);
    const bool again =
        !one.wrong.empty() && world_.elapsed() - begun < step.within && !(interrupted_ && interrupted_());
    if (again) continue;
    report.seen.insert(report.seen.end(), one.seen.begin(), one.seen.end());
    report.wrong.insert(report.wrong.end(), one.wrong.begin(), one.wrong.end());
    return;
  }
}

void Runner::act(const ParallelStep& step, StepReport& report) { call_all(step.calls, step.faults, report); }

void Runner::call_all(const std::vector<ClientStep>& steps, const std::vector<FaultStep>& faults, StepReport& report) {
  std::vector<ClientCall> calls;
  std::vector<Expectation> expected;
  for (const ClientStep& step : steps) {
    ClientCall call{step.node, {}, true};
    for (const std::string& word : step.arguments) {
      auto whole = filled(word);
      if (!whole) return report.wrong.push_back(whole.error());
      call.arguments.push_back(std::move(*whole));
    }
    calls.push_back(std::move(call));
    auto expect = filled(step.expect);
    if (!expect) return report.wrong.push_back(expect.error());
    expected.push_back(std::move(*expect));
  }
  std::function<void()> meanwhile;
  if (!faults.empty()) {
    meanwhile = [&] {
      for (const FaultStep& fault : faults) act(fault, report);
    };
  }
  const std::vector<ClientAnswer> answers = world_.clients(calls, meanwhile);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    report.seen.push_back((steps.size() > 1 ? steps[i].node + ": " : "") + describe(answers[i]));
    for (std::string& sentence : what_is_wrong(expected[i], answers[i]))
      report.wrong.push_back(describe(steps[i]) + ": " + sentence);
    if (steps[i].save.empty()) continue;
    if (answers[i].context.empty()) {
      report.wrong.push_back(describe(steps[i]) + ": the answer has no context to save as " + steps[i].save);
    } else {
      saved_[steps[i].save] = answers[i].context;
    }
  }
}

tl::expected<std::string, std::string> Runner::filled(const std::string& word) const {
  return fill_names(word, [&](const std::string& name) -> std::optional<std::string> {
    auto found = saved_.find(name);
    if (found == saved_.end()) return std::nullopt;
    return found->second;
  });
}

tl::expected<Expectation, std::string> Runner::filled(Expectation expect) const {
  if (!expect.siblings) return expect;
  for (ExpectedSibling& sibling : *expect.siblings) {
    auto value = filled(sibling.value);
    if (!value) return tl::unexpected(value.error());
    sibling.value = std::move(*value);
  }
  return expect;
}

void Runner::act(const FaultStep& step, StepReport& report) {
  for (const std::string& node : step.nodes) note(world_.disturb(node, step.fault), report);
}

void Runner::act(const LinkStep& step, StepReport& report) {
  for (const std::string& from : step.from)
    for (const std::string& to : step.to)
      if (from != to) note(world_.link(from, to, step.drop_percent, step.delay_ms), report);
}

void Runner::act(const PlacesStep& step, StepReport& report) {
  const std::vector<std::string>& nodes = step.places.nodes;
  for (std::size_t from = 0; from < nodes.size(); ++from)
    for (std::size_t to = 0; to < nodes.size(); ++to)
      if (from != to) note(world_.link(nodes[from], nodes[to], 0, step.places.one_way_ms[from][to]), report);
  places_ = step.places;
  report.seen = table(step.places);
}

void Runner::act(const MeasureStep& step, StepReport& report) {
  Measured measured = measure(world_, step, places_ ? &*places_ : nullptr, interrupted_);
  if (!measured.measurements.empty()) report.seen = table(step, measured.measurements);
  report.measured = std::move(measured.measurements);
  report.wrong = std::move(measured.wrong);
}

void Runner::act(const WaitStep& step, StepReport& report) {
  note(world_.wait_converged(step.nodes, step.longest), report);
}

void Runner::act(const ExpectStep& step, StepReport& report) {
  const auto key = filled(step.key);
  const auto expect = filled(step.expect);
  if (!key) return report.wrong.push_back(key.error());
  if (!expect) return report.wrong.push_back(expect.error());
  std::vector<ClientCall> calls;
  for (const std::string& node : step.nodes)
    calls.push_back({node, {"read", *key, "--bucket", step.bucket, "--allow-siblings"}, true});
  const std::vector<ClientAnswer> answers = world_.clients(calls, {});
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const ClientAnswer& answer = answers[i];
    const bool answered = answer.is_read;
    report.seen.push_back(calls[i].node + "  " + (answered ? print_values(answer) : describe(answer)));
    for (const std::string& sentence : what_is_wrong(*expect, answer))
      report.wrong.push_back(calls[i].node + ": " + sentence);
  }
}

void Runner::act(const CheckStep& step, StepReport& report) {
  step.linearizable ? check_registers(report) : check_causal(report);
}

void Runner::check_registers(StepReport& report) {
  const auto text = world_.history();
  if (!text) return report.wrong.push_back(text.error());
  std::istringstream lines(*text);
  const auto history = check::read_register_history(lines);
  if (!history)
    return report.wrong.push_back("the history, line " + std::to_string(history.error().line) + ": " +
                                  history.error().message);
  const check::LinearizableVerdict verdict = check::check_linearizable(*history);
  for (const check::NotLinearizable& one : verdict.violations) report.wrong.push_back("not linearizable: " + one.story);
  for (const std::string& sentence : verdict.not_judged) report.wrong.push_back("not judged: " + sentence);
  if (history->operations.empty()) report.wrong.emplace_back("there is nothing to judge: no token was touched");
  if (report.wrong.empty())
    report.seen.push_back(std::to_string(history->operations.size()) +
                          " operations: each token did what a single register does");
}

void Runner::check_causal(StepReport& report) {
  if (!read_everything_a_last_time(report)) return;
  const auto text = world_.history();
  if (!text) return report.wrong.push_back(text.error());
  std::istringstream lines(*text);
  const auto history = check::read_causal_history(lines);
  if (!history)
    return report.wrong.push_back("the history, line " + std::to_string(history.error().line) + ": " +
                                  history.error().message);
  if (history->operations.empty()) {
    report.wrong.emplace_back("there is nothing to judge: no key was touched");
    return;
  }
  const check::CausalVerdict verdict = check::check_causal(*history);
  for (const check::Violation& violation : verdict.violations)
    report.wrong.push_back(std::string(name(violation.wrong)) + ": " + violation.story);
  for (const std::string& sentence : verdict.not_judged) report.wrong.push_back("not judged: " + sentence);
  if (verdict.clean())
    report.seen.push_back(
        std::to_string(history->operations.size()) +
        " operations: nothing lost, no conflict missed or made up, nothing came back, all nodes equal");
}

bool Runner::read_everything_a_last_time(StepReport& report) {
  const auto text = world_.history();
  if (!text) {
    report.wrong.push_back(text.error());
    return false;
  }
  std::istringstream lines(*text);
  const auto history = check::read_causal_history(lines);
  if (!history) {
    report.wrong.push_back("the history, line " + std::to_string(history.error().line) + ": " +
                           history.error().message);
    return false;
  }
  for (const auto& [bucket, key] : keys_of(*history)) {
    std::vector<ClientCall> calls;
    for (const std::string& node : world_.nodes())
      calls.push_back({node, {"read", key, "--bucket", bucket, "--allow-siblings"}, false});
    const std::vector<ClientAnswer> answers = world_.clients(calls, {});
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const std::string id = "final-" + std::to_string(++last_reads_);
      if (auto added = world_.add_to_history(final_read_line(id, bucket, key, calls[i].node, answers[i])); !added) {
        report.wrong.push_back(added.error());
        return false;
      }
    }
  }
  return true;
}

void Runner::act(const SayStep&, StepReport&) {}

void Runner::act(const RepeatStep& step, StepReport& report) {
  std::vector<std::string> last;
  for (std::uint32_t round = 1; round <= step.rounds; ++round) {
    saved_["round"] = std::to_string(round);
    last.clear();
    for (const Step& inner : step.steps) {
      if (interrupted_ && interrupted_()) {
        report.wrong.emplace_back("interrupted");
        return;
      }
      const StepReport one = play(inner);
      last.insert(last.end(), one.seen.begin(), one.seen.end());
      for (const std::string& sentence : one.wrong)
        report.wrong.push_back("round " + std::to_string(round) + ", line " + std::to_string(one.line) + ": " +
                               sentence);
      if (!one.wrong.empty()) return;
    }
  }
  report.seen.push_back("the last round:");
  report.seen.insert(report.seen.end(), last.begin(), last.end());
}

}  // namespace kin::driver
