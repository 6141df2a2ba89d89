#include "driver/commands/transcript.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "client/commands/terminal.hpp"
#include "client/render/wording.hpp"

namespace kin::driver {

namespace {

constexpr const char* indent = "      ";
constexpr std::size_t widest = 100, narrowest = 40;

void print_wrapped(const std::string& lead, const std::string& text) {
  const std::size_t columns = terminal_columns(STDOUT_FILENO);
  std::cout << wrapped(lead, text, columns == 0 ? widest : std::clamp(columns, narrowest, widest));
}

std::string two_digits(std::size_t number) {
  const std::string digits = std::to_string(number);
  return digits.size() < 2 ? ' ' + digits : digits;
}

std::string seconds(double number, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f s", digits, number);
  return text;
}

nlohmann::ordered_json measured(const std::vector<Measurement>& measurements) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const Measurement& one : measurements)
    out.push_back({{"node", one.node},
                   {"place", one.place},
                   {"level", one.level},
                   {"times", one.took_ms.size()},
                   {"min_ms", one.least()},
                   {"median_ms", one.median()},
                   {"max_ms", one.most()}});
  return out;
}

}  // namespace

void print_heading(const Scenario& scenario, const std::string& dir) {
  std::cout << "== " << scenario.name << '\n';
  if (!scenario.title.empty()) print_wrapped("   ", scenario.title);
  std::cout << "   " << scenario.nodes << " nodes; data, logs and history in " << dir << '\n' << std::flush;
}

void print_simulated_heading(const Scenario& scenario, std::uint64_t seed) {
  std::cout << "== " << scenario.name << '\n';
  if (!scenario.title.empty()) print_wrapped("   ", scenario.title);
  std::cout << "   " << scenario.nodes << " simulated nodes in virtual time; seed " << seed << '\n' << std::flush;
}

void print_step_begins(std::size_t number, const StepReport& step) {
  std::cout << '\n';
  print_wrapped(two_digits(number) + ".   ", step.what);
  if (!step.why.empty()) print_wrapped(std::string(indent) + "why: ", step.why);
  std::cout << std::flush;
}

void print_step_ended(const StepReport& step) {
  for (const std::string& line : step.seen) std::cout << indent << "-> " << line << '\n';
  for (const std::string& sentence : step.wrong) print_wrapped(std::string(indent) + "WRONG: ", sentence);
  std::cout << std::flush;
}

void print_verdict(const ScenarioReport& report, const std::string& file) {
  std::cout << "\nVERDICT " << report.name << ": " << name(report.verdict) << " (" << report.steps.size() << " steps, ";
  if (report.simulation) {
    std::cout << "seed " << report.simulation->seed << ", " << seconds(report.simulation->seconds, 3)
              << " simulated in " << seconds(report.seconds, 3);
  } else {
    std::cout << seconds(report.seconds, 1);
  }
  if (report.verdict == Verdict::did_not_hold) std::cout << ", at " << file << ':' << report.steps.back().line;
  std::cout << ")\n\n" << std::flush;
}

std::string print_json(const std::vector<ScenarioReport>& reports) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const ScenarioReport& report : reports) {
    nlohmann::ordered_json steps = nlohmann::ordered_json::array();
    for (const StepReport& step : report.steps) {
      steps.push_back({{"line", step.line},
                       {"step", step.what},
                       {"why", step.why},
                       {"held", step.wrong.empty()},
                       {"seen", step.seen},
                       {"wrong", step.wrong}});
      if (!step.measured.empty()) steps.back()["measured"] = measured(step.measured);
    }
    nlohmann::ordered_json one{{"scenario", report.name},
                               {"title", report.title},
                               {"verdict", name(report.verdict)},
                               {"seconds", report.seconds}};
    if (report.simulation) {
      one["seed"] = report.simulation->seed;
      one["simulated_seconds"] = report.simulation->seconds;
    }
    one["steps"] = std::move(steps);
    all.push_back(std::move(one));
  }
  return all.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace kin::driver
