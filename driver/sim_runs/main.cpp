#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iostream>

#include "common/wire/status.hpp"
#include "driver/sim_runs/child_runs.hpp"
#include "driver/sim_runs/command_line.hpp"
#include "driver/sim_runs/shrink.hpp"
#include "driver/sim_runs/summary.hpp"

namespace {

using namespace kin::sim;
using Clock = std::chrono::steady_clock;

constexpr unsigned most_shrinking_runs = 120;
constexpr std::size_t most_failures = 5;  // after so many no further seed is begun
constexpr std::size_t story_lines = 40;

void print_story(const Outcome& outcome) {
  for (std::size_t i = 0; i < outcome.story.size() && i < story_lines; ++i)
    std::cout << "  " << outcome.story[i] << '\n';
  if (outcome.story.size() > story_lines) {
    std::cout << "  and " << outcome.story.size() - story_lines << " lines more\n";
  }
}

// One seed in this very process: for people who look, and for debuggers.
int run_one(const CommandLine& line) {
  const Options options = line.options(line.first);
  std::cout << "seed " << options.seed << ": " << describe(options) << '\n';
  RunOutput output;
  if (line.trace)
    output.lines = [](const std::string& text) { std::cout << text << std::endl; };  // it may end by an abort
  output.history = !line.history.empty();
  const RunResult result = run(options, output);
  if (!line.history.empty()) {
    std::ofstream file(line.history, std::ios::trunc);
    for (const std::string& text : result.history) file << text << '\n';
    file.flush();
    if (!file) {
      std::cerr << "kin-sim: " << line.history << " could not be written\n";
      return kin::exit_code(kin::Status::internal);
    }
  }
  for (const std::string& text : result.story) std::cout << "  " << text << '\n';
  std::cout << (result.held ? "held" : "FAILED: " + result.rule) << ", trace hash " << result.trace_hash << '\n';
  return result.held ? 0 : 1;
}

class Runs {
 public:
  explicit Runs(const CommandLine& line) : line_(line), next_(line.first), terminal_(::isatty(STDOUT_FILENO) == 1) {}

  int run_all() {
    run_in_children(
        line_.jobs, [&] { return next_task(); },
        [&](const Options& options, const Outcome& outcome) { return ended(options, outcome); });
    clear_progress();
    std::cout << summary_.text(line_.jobs, Clock::now() - begun_);
    if (failed_.empty() && summary_.sum(Sum::stories) < line_.explained) {
      std::cout << "too few conflicts were explained: " << line_.explained << " were wanted\n";
      return 1;
    }
    if (failed_.empty() && any_fault_is_rare()) return 1;
    if (failed_.empty()) {
      std::cout << "all held\n";
      return 0;
    }
    std::cout << failed_.size() << " failed\n";
    if (line_.shrink) shorten(failed_.front());
    return 1;
  }

 private:
  std::optional<Task> next_task() {
    if (next_ > line_.last || failed_.size() >= most_failures) return std::nullopt;
    const std::uint64_t seed = next_++;
    return Task{line_.options(seed), line_.check_every != 0 && seed % line_.check_every == 0};
  }

  bool any_fault_is_rare() const {
    bool any = false;
    for (const Fault fault : all_faults()) {
      if (!drawn_[static_cast<std::size_t>(fault)] || summary_.count(fault) >= line_.each_fault) continue;
      any = true;
      std::cout << "too rare a fault: " << name(fault) << " came " << summary_.count(fault) << " times, "
                << line_.each_fault << " were wanted\n";
    }
    return any;
  }

  bool ended(const Options& options, const Outcome& outcome) {
    summary_.add(outcome);
    for (std::size_t i = 0; i < fault_kinds; ++i) drawn_[i] = drawn_[i] || options.faults[i];
    clear_progress();
    if (line_.hashes) std::cout << outcome.seed << ' ' << outcome.trace_hash << '\n';
    if (!outcome.held) {
      failed_.push_back(options);
      std::cout << "FAILED: seed " << outcome.seed << ": " << outcome.rule << '\n';
      std::cout << "  " << describe(options) << '\n';
      print_story(outcome);
      std::cout << "  to repeat: kin-sim " << flags(options) << '\n';
    }
    show_progress();
    return failed_.size() < most_failures;
  }

  void shorten(const Options& failing) {
    std::cout << "looking for a shorter run that fails too ..." << std::endl;
    Outcome last;
    const auto fails = [&](const Options& options) {
      const Outcome outcome = run_in_child({options, false});
      if (!outcome.held) last = outcome;
      return !outcome.held;
    };
    const Options shorter = shrink(failing, fails, most_shrinking_runs);
    if (last.held) {
      std::cout << "none was found\n";
      return;
    }
    std::cout << "shorter: " << last.rule << "\n  " << describe(shorter) << '\n';
    print_story(last);
    std::cout << "  to repeat: kin-sim " << flags(shorter) << '\n';
  }

  // On a terminal one line that changes; else a line now and then.
  void show_progress() {
    const std::uint64_t all = line_.last - line_.first + 1;
    if (terminal_) {
      std::cout << summary_.progress(all, Clock::now() - begun_) << std::flush;
    } else if (!line_.hashes && Clock::now() - told_ > std::chrono::seconds(10)) {
      told_ = Clock::now();
      std::cout << summary_.progress(all, Clock::now() - begun_) << std::endl;
    }
  }
  void clear_progress() const {
    if (terminal_) std::cout << "\r\033[K";
  }

  const CommandLine line_;
  std::uint64_t next_;
  const bool terminal_;
  const Clock::time_point begun_ = Clock::now();
  Clock::time_point told_ = begun_;
  Summary summary_;
  std::array<bool, fault_kinds> drawn_{};  // by any seed
  std::vector<Options> failed_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto line = parse_command_line(argc, argv);
  if (!line) {
    (line.error().exit_code == 0 ? std::cout : std::cerr) << line.error().text;
    return line.error().exit_code;
  }
  const bool one = line->first == line->last && !line->hashes;
  return one ? run_one(*line) : Runs(*line).run_all();
}
