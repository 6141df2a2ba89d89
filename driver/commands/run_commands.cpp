#include "driver/commands/run_commands.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "common/cli/nearest_word.hpp"
#include "driver/cluster/cluster.hpp"
#include "driver/commands/complaint.hpp"
#include "driver/commands/interrupt.hpp"
#include "driver/commands/run_simulated.hpp"
#include "driver/commands/transcript.hpp"
#include "driver/report/run_record.hpp"
#include "driver/scenario/process_world.hpp"
#include "driver/scenario/scenario_file.hpp"

namespace kin::driver {

namespace fs = std::filesystem;

namespace {

// A file, or the name of one of the project's.
std::string find_scenario(const std::string& given) {
  std::error_code error;
  if (fs::exists(given, error)) return given;
  return project_file("scenarios/" + given + ".yml");
}

// Of a history that is not there the copy is empty.
bool copy_file(const std::string& from, const std::string& to) {
  std::ofstream out(to, std::ios::binary | std::ios::trunc);
  std::error_code error;
  if (!fs::exists(from, error) || fs::file_size(from, error) == 0) return out.good();
  std::ifstream in(from, std::ios::binary);
  out << in.rdbuf();
  out.flush();
  return in && out;
}

std::map<std::string, std::string> not_running(const Cluster& cluster) {
  std::map<std::string, std::string> out;
  for (const std::string& node : names_of(cluster.config())) {
    const ProcessState state = cluster.process_state(node);
    if (state != ProcessState::running) out[node] = name(state);
  }
  return out;
}

void record_end(RunRecorder& recorder, const Cluster& cluster, const ScenarioReport& report) {
  for (const SurveyedNode& node : cluster.survey().nodes) {
    RecordedNode end{node.name(), name(cluster.process_state(node.name())), "", 0, {}};
    if (node.status) {
      end.incarnation = to_string(Actor{node.status->node, node.status->incarnation});
      end.keys = keys_of(*node.status);
      end.faults = node.status->faults;
    }
    recorder.node(end);
  }
  recorder.verdict(report);
}

// Plays one scenario on a cluster of its own. Failure: the cluster could not be started.
tl::expected<ScenarioReport, Failure> play(const Scenario& scenario, const std::string& dir,
                                           const RunCommand& command) {
  ClusterRecipe recipe;
  recipe.nodes = scenario.nodes;
  recipe.gossip_interval_ms = scenario.gossip_interval_ms;
  if (scenario.disk_durability_os) recipe.durability = Durability::os;
  recipe.trace_values = TraceValues::full;  // the file says them already
  StartOptions options;
  options.fresh = true;
  options.owned = !command.keep;
  if (!command.json) print_heading(scenario, dir);
  auto say = [&](const std::string& sentence) {
    if (!command.json) std::cout << "   " << sentence << std::endl;
  };
  auto cluster = Cluster::start(dir, recipe, options, say, interrupted);
  if (!cluster) return tl::unexpected(cluster.error());

  const std::string history = dir + "/history.jsonl";
  RunRecorder recorder(dir);
  recorder.scenario(scenario, names_of(cluster->config()));
  ProcessWorld world(*cluster, history, interrupted,
                     [&](const std::string& node, NodeFault fault) { recorder.disturbed(node, fault); });
  std::size_t number = 0;
  RunObserver observer;
  observer.begins = [&](const StepReport& step) {
    recorder.step_begins();
    if (!command.json) print_step_begins(++number, step);
  };
  observer.ended = [&](const StepReport& step) {
    recorder.step_ended(step, not_running(*cluster));
    if (!command.json) print_step_ended(step);
  };
  ScenarioReport report = Runner(world, observer, interrupted).run(scenario);
  record_end(recorder, *cluster, report);
  if (!command.json) print_verdict(report, scenario.file);
  if (command.keep) {
    say("the cluster stays up: kin --config " + cluster_file(dir) + ", kin-driver down --dir " + dir);
  } else {
    cluster->end([](const std::string&) {});
  }
  const auto not_written = [](const std::string& file) {
    return tl::unexpected(Failure{Status::internal, Applied::no, file + " cannot be written", "", 0, 0});
  };
  if (!recorder.good()) return not_written(record_file(dir));
  if (!command.history.empty() && !copy_file(history, command.history)) return not_written(command.history);
  return report;
}

}  // namespace

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const ListedScenario& one : list_scenarios(project_file("scenarios"))) names.push_back(one.name);
  return names;
}

std::vector<std::string> seed_scenarios() { return {"seed-a-no-conflict", "seed-b-conflict"}; }

int run(const RunCommand& command) {
  catch_interrupts();
  if (!command.history.empty() && command.scenarios.size() > 1) {
    return complain("--history is for one scenario: two have operations of the same names", command.json);
  }
  std::vector<Scenario> scenarios;
  for (const std::string& given : command.scenarios) {
    const std::string file = find_scenario(given);
    if (file.empty()) {
      const auto nearest = nearest_word(given, scenario_names());
      return complain("there is no scenario " + given + "; " +
                          (nearest ? "did you mean " + *nearest + '?' : "kin-driver list shows those there are"),
                      command.json);
    }
    auto scenario = load_scenario(file);
    if (!scenario) return complain({Status::bad_config, Applied::no, scenario.error().text(), "", 0, 0}, command.json);
    scenarios.push_back(std::move(*scenario));
  }
  std::vector<ScenarioReport> reports;
  for (const Scenario& scenario : scenarios) {
    const std::string dir = scenarios.size() == 1 ? command.dir : command.dir + '/' + scenario.name;
    auto report = command.simulated ? play_simulated(scenario, command) : play(scenario, dir, command);
    if (interrupted()) return interrupted_exit_code;
    if (!report) {
      Failure failure = report.error();
      failure.message = scenario.name + ": " + failure.message;
      return complain(failure, command.json);
    }
    reports.push_back(std::move(*report));
  }
  const auto failed = std::count_if(reports.begin(), reports.end(),
                                    [](const ScenarioReport& report) { return report.verdict != Verdict::held; });
  if (command.json) {
    std::cout << print_json(reports) << '\n';
  } else if (reports.size() > 1) {
    std::cout << reports.size() - static_cast<std::size_t>(failed) << " of " << reports.size() << " scenarios held.\n";
  }
  return failed == 0 ? 0 : exit_code(Status::check_failed);
}

int list(bool json) {
  const std::string folder = project_file("scenarios");
  if (folder.empty())
    return complain({Status::not_found, Applied::no, "the folder config/scenarios is not there", "", 0, 0}, json);
  const auto scenarios = list_scenarios(folder);
  if (json) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const ListedScenario& one : scenarios)
      all.push_back({{"name", one.name}, {"file", one.file}, {"title", one.title}});
    std::cout << all.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
    return 0;
  }
  std::size_t width = 0;
  for (const ListedScenario& one : scenarios) width = std::max(width, one.name.size());
  for (const ListedScenario& one : scenarios)
    std::cout << one.name << std::string(width + 2 - one.name.size(), ' ') << one.title << '\n';
  return 0;
}

}  // namespace kin::driver
