#include "driver/sim_runs/outcome.hpp"

#include <sstream>

#include "driver/check/causal_check.hpp"

namespace kin::sim {
namespace {

// The second judge: it sees only what clients saw.
void judge_history(const std::vector<std::string>& lines, Outcome& outcome) {
  std::stringstream text;
  for (const std::string& line : lines) text << line << '\n';
  ++outcome.histories;
  const auto history = check::read_causal_history(text);
  if (!history) {
    outcome.held = false;
    outcome.rule = "history";
    outcome.story.push_back("line " + std::to_string(history.error().line) + ": " + history.error().message);
    return;
  }
  const check::CausalVerdict verdict = check::check_causal(*history);
  if (verdict.clean()) return;
  outcome.held = false;
  if (verdict.violations.empty()) {
    outcome.rule = "history: not judged";
    outcome.story = verdict.not_judged;
    return;
  }
  outcome.rule = "history: " + std::string(check::name(verdict.violations.front().wrong));
  for (const check::Violation& violation : verdict.violations) {
    outcome.story.push_back(std::string(check::name(violation.wrong)) + ": " + violation.key + ": " + violation.story);
    if (outcome.story.size() == 10) break;
  }
}

}  // namespace

Outcome outcome_of(const Options& options, bool check_history) {
  RunOutput output;
  output.history = check_history;
  const RunResult result = run(options, output);
  Outcome out;
  out.seed = options.seed;
  out.held = result.held;
  out.rule = result.rule;
  out.story = result.story;
  out.trace_hash = result.trace_hash;
  out.rounds = result.rounds;
  out.simulated_us = result.simulated_us;
  out.sums = {result.operations,
              result.answered,
              result.judged,
              result.excused,
              result.network.sent,
              result.network.delivered,
              result.network.lost,
              result.network.duplicated,
              result.network.cut,
              result.network.overflowed,
              result.cluster.turns,
              result.cluster.commits,
              result.cluster.steps,
              result.cluster.invariant_checks,
              result.cluster.starts,
              result.stories,
              result.uncertain_stories,
              result.escaped};
  out.faults.assign(result.faults.begin(), result.faults.end());
  // The load itself has judged it.
  if (has_tokens(options.tier)) {
    out.histories = 1;
    return out;
  }
  // Where a disk was lost, a client may rightly miss what was acknowledged; check causal cannot know.
  if (check_history && result.held && result.excused == 0) judge_history(result.history, out);
  return out;
}

}  // namespace kin::sim
