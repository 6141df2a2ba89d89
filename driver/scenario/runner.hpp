// Plays a scenario on a world, and tells what it does, why, and whether it held.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "driver/scenario/measuring.hpp"
#include "driver/scenario/scenario.hpp"
#include "driver/scenario/world.hpp"

namespace kin::driver {

struct StepReport {
  int line = 0;
  std::string what;  // `n1: kin add_update cart apples`
  std::string why;
  std::vector<std::string> seen;   // lines: the answer, or the state of each node
  std::vector<std::string> wrong;  // sentences; empty when the step held
  std::vector<Measurement> measured = {};
};

enum class Verdict { held, did_not_hold, interrupted };
const char* name(Verdict verdict);  // held, did not hold, interrupted

// Of a run in virtual time.
struct Simulation {
  std::uint64_t seed = 0;
  double seconds = 0;  // simulated
};

struct ScenarioReport {
  std::string name, title;
  std::vector<StepReport> steps;  // up to the first that did not hold
  Verdict verdict = Verdict::held;
  double seconds = 0;  // real
  std::optional<Simulation> simulation;
};

// Both are called for every step but those inside a repeat.
struct RunObserver {
  std::function<void(const StepReport&)> begins;  // with `what` and `why` only
  std::function<void(const StepReport&)> ended;
};

class Runner {
 public:
  Runner(World& world, RunObserver observer, std::function<bool()> interrupted)
      : world_(world), observer_(std::move(observer)), interrupted_(std::move(interrupted)) {}

  // Ends at the first step that does not hold.
  ScenarioReport run(const Scenario& scenario);

 private:
  StepReport play(const Step& step);
  void act(const ClientStep& step, StepReport& report);
  void act(const ParallelStep& step, StepReport& report);
  void act(const FaultStep& step, StepReport& report);
  void act(const LinkStep& step, StepReport& report);
  void act(const PlacesStep& step, StepReport& report);
  void act(const MeasureStep& step, StepReport& report);
  void act(const WaitStep& step, StepReport& report);
  void act(const ExpectStep& step, StepReport& report);
  void act(const CheckStep& step, StepReport& report);
  void act(const SayStep& step, StepReport& report);
  void act(const RepeatStep& step, StepReport& report);

  void call_all(const std::vector<ClientStep>& steps, const std::vector<FaultStep>& faults, StepReport& report);
  // With what stands for ${NAME} now. Error: a sentence that names an unknown one.
  tl::expected<std::string, std::string> filled(const std::string& word) const;
  tl::expected<Expectation, std::string> filled(Expectation expect) const;
  void check_causal(StepReport& report);
  void check_registers(StepReport& report);
  bool read_everything_a_last_time(StepReport& report);

  World& world_;
  RunObserver observer_;
  std::function<bool()> interrupted_;
  std::map<std::string, std::string> saved_;  // names to contexts; `round` too
  std::optional<Places> places_;
  std::size_t last_reads_ = 0;  // makes ids of final reads unique
};

}  // namespace kin::driver
