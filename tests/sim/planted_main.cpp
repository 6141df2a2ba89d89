// kin-planted BUG: switches one bug on and runs seeds until one of them shows it. `none` is the control: all must hold.
//
//   kin-planted --list
//   kin-planted BUG|none [--tier T] [--seeds A..B] [--ops N]        the tier of `none`; each bug has its own
//
// A run that dies of a broken invariant has shown the bug too. The same run without the bug must hold. Exit code 0: as
// it must be; 1: not; 2: bad command line.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "driver/sim_runs/child_runs.hpp"
#include "node/protocols/registry.hpp"
#include "tests/sim/planted_bugs.hpp"

namespace kin::sim {
namespace {

constexpr std::size_t jobs = 2;
constexpr std::size_t shown_of_a_line = 300;

struct Wanted {
  std::string_view bug, tier = "causal";
  bool list = false;
  std::uint64_t first = 1, last = 200;
  std::uint32_t operations = 600;
};

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool read_flags(const std::vector<std::string_view>& words, Wanted& wanted) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "--list") {
      wanted.list = true;
    } else if (word == "--seeds" && i + 1 < words.size()) {
      const std::string_view range = words[++i];
      const std::size_t dots = range.find("..");
      if (dots == std::string_view::npos || !read_number(range.substr(0, dots), wanted.first) ||
          !read_number(range.substr(dots + 2), wanted.last)) {
        return false;
      }
    } else if (word == "--tier" && i + 1 < words.size()) {
      wanted.tier = words[++i];
    } else if (word == "--ops" && i + 1 < words.size()) {
      if (!read_number(words[++i], wanted.operations)) return false;
    } else if (wanted.bug.empty() && !word.starts_with("-")) {
      wanted.bug = word;
    } else {
      return false;
    }
  }
  return wanted.list != !wanted.bug.empty();
}

void print_list() {
  for (const PlantedBug& bug : planted_bugs()) {
    std::printf("%-28.*s%.*s\n", static_cast<int>(bug.name.size()), bug.name.data(),
                static_cast<int>(bug.breaks.size()), bug.breaks.data());
  }
}

int run_seeds(const Wanted& wanted, const PlantedBug* bug) {
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t next = wanted.first, ran = 0;
  std::optional<Options> red;
  const std::string_view tier = bug != nullptr ? bug->tier : wanted.tier;
  run_in_children(
      jobs,
      [&]() -> std::optional<Task> {
        if (next > wanted.last) return std::nullopt;
        Options options = draw(next++, tier);
        options.operations = wanted.operations;
        if (bug != nullptr && bug->likely != nullptr) bug->likely(options);
        return Task{options, false};
      },
      [&](const Options& options, const Outcome& outcome) {
        ++ran;
        if (outcome.held || red) return !red;
        red = options;
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        std::printf("seed %llu, the %lluth: %s, after %.1f s\n", static_cast<unsigned long long>(options.seed),
                    static_cast<unsigned long long>(ran), outcome.rule.c_str(), took.count());
        if (!outcome.story.empty()) std::printf("  %s\n", outcome.story.front().substr(0, shown_of_a_line).c_str());
        if (bug == nullptr) std::printf("  %s\n", flags(options).c_str());
        return false;
      });
  if (!red) std::printf("%llu seeds held\n", static_cast<unsigned long long>(ran));
  if (bug == nullptr || !red) return red.has_value() == (bug != nullptr) ? 0 : 1;
  the_planted_bug = Bug::none;
  const Outcome without = run_in_child(Task{*red, false});
  if (without.held) return 0;
  std::printf("without the bug it fails too: %s\n  %s\n", without.rule.c_str(), flags(*red).c_str());
  return 1;
}

}  // namespace
}  // namespace kin::sim

int main(int argc, char** argv) {
  using namespace kin::sim;
  Wanted wanted;
  const bool sound = read_flags({argv + 1, argv + argc}, wanted);
  const PlantedBug* bug = planted_bug_named(wanted.bug);
  if (!sound || (bug == nullptr && !wanted.list && wanted.bug != "none") ||
      kin::find_protocol(wanted.tier) == nullptr) {
    std::fprintf(
        stderr,
        "usage: kin-planted --list | BUG [--seeds A..B] [--ops N] | none [--tier T] [--seeds A..B] [--ops N]\n");
    return 2;
  }
  if (wanted.list) {
    print_list();
    return 0;
  }
  if (bug != nullptr) kin::the_planted_bug = bug->bug;
  return run_seeds(wanted, bug);
}
