#include "driver/commands/run_simulated.hpp"

#include <fstream>

#include "driver/cluster/run_files.hpp"
#include "driver/commands/interrupt.hpp"
#include "driver/commands/transcript.hpp"
#include "driver/scenario/sim_world.hpp"

namespace kin::driver {

tl::expected<ScenarioReport, Failure> play_simulated(const Scenario& scenario, const RunCommand& command) {
  ClusterRecipe recipe;
  recipe.gossip_interval_ms = scenario.gossip_interval_ms;
  if (scenario.disk_durability_os) recipe.durability = Durability::os;
  // The ports are of no use, but a member without one is none.
  const auto config = cluster_of(recipe, std::vector<std::uint16_t>(scenario.nodes, 1));
  if (!config) return tl::unexpected(config.error());

  if (!command.json) print_simulated_heading(scenario, command.seed);
  SimWorld world(*config, command.seed);
  if (auto started = world.start(); !started)
    return tl::unexpected(Failure{Status::timeout, Applied::no, started.error(), "", 0, 0});
  const sim::Micros began = world.cluster().agenda().now();
  std::size_t number = 0;
  RunObserver observer;
  if (!command.json) {
    observer.begins = [&](const StepReport& step) { print_step_begins(++number, step); };
    observer.ended = print_step_ended;
  }
  ScenarioReport report = Runner(world, observer, interrupted).run(scenario);
  report.simulation = Simulation{command.seed, static_cast<double>(world.cluster().agenda().now() - began) / 1e6};
  if (!command.json) print_verdict(report, scenario.file);
  if (command.history.empty()) return report;
  std::ofstream file(command.history, std::ios::binary | std::ios::trunc);
  file << *world.history();
  file.flush();
  if (file) return report;
  return tl::unexpected(
      Failure{Status::internal, Applied::no, "the history " + command.history + " cannot be written", "", 0, 0});
}

}  // namespace kin::driver
