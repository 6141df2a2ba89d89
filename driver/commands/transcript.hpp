// A run of scenarios, for people and as JSON.
#pragma once

#include <string>
#include <vector>

#include "driver/scenario/runner.hpp"

namespace kin::driver {

void print_heading(const Scenario& scenario, const std::string& dir);
void print_simulated_heading(const Scenario& scenario, std::uint64_t seed);
void print_step_begins(std::size_t number, const StepReport& step);
void print_step_ended(const StepReport& step);
void print_verdict(const ScenarioReport& report, const std::string& file);

// One object a scenario, in an array on one line.
std::string print_json(const std::vector<ScenarioReport>& reports);

}  // namespace kin::driver
