#include "driver/commands/check_command.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "driver/check/causal_check.hpp"

namespace kin::driver {

namespace {

enum Exit { clean = 0, violation = 1, gave_up = 2, bad_input = 3 };

constexpr std::size_t most_printed = 100;

Exit exit_of(const check::CausalVerdict& verdict) {
  if (!verdict.violations.empty()) return violation;
  return verdict.not_judged.empty() ? clean : gave_up;
}

const char* word(Exit exit) {
  switch (exit) {
    case clean: return "clean";
    case violation: return "violation";
    case gave_up: return "gave up";
    case bad_input: return "bad input";
  }
  return "?";
}

void print_text(const check::CausalVerdict& verdict, std::size_t operations) {
  std::size_t printed = 0;
  for (const check::Violation& one : verdict.violations) {
    if (++printed > most_printed) break;
    std::cout << name(one.wrong) << ", key " << one.key << ": " << one.story << '\n';
  }
  if (verdict.violations.size() > most_printed)
    std::cout << "... and " << verdict.violations.size() - most_printed << " more\n";
  for (const std::string& sentence : verdict.not_judged) std::cout << "not judged: " << sentence << '\n';
  std::cout << word(exit_of(verdict)) << ": " << operations << " operations, " << verdict.violations.size()
            << " violations\n";
}

void print_json(const check::CausalVerdict& verdict, const check::CausalHistory& history) {
  nlohmann::ordered_json violations = nlohmann::ordered_json::array();
  for (const check::Violation& one : verdict.violations) {
    nlohmann::ordered_json ids = nlohmann::ordered_json::array(), lines = nlohmann::ordered_json::array();
    for (std::size_t position : one.operations) {
      ids.push_back(history.operations[position].id);
      lines.push_back(history.operations[position].line);
    }
    violations.push_back(
        {{"kind", name(one.wrong)}, {"key", one.key}, {"story", one.story}, {"operations", ids}, {"lines", lines}});
  }
  const nlohmann::ordered_json all{{"verdict", word(exit_of(verdict))},
                                   {"operations", history.operations.size()},
                                   {"violations", violations},
                                   {"not_judged", verdict.not_judged}};
  std::cout << all.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

int refuse(const std::string& sentence) {
  std::cerr << "kin-driver: " << sentence << '\n';
  return bad_input;
}

}  // namespace

int check_causal_history(const std::string& file, bool json) {
  std::ifstream in(file, std::ios::binary);
  if (std::filesystem::is_directory(file) || !in) return refuse(file + " cannot be read");
  const auto history = check::read_causal_history(in);
  if (!history) return refuse(file + ':' + std::to_string(history.error().line) + ": " + history.error().message);
  const check::CausalVerdict verdict = check::check_causal(*history);
  json ? print_json(verdict, *history) : print_text(verdict, history->operations.size());
  return exit_of(verdict);
}

}  // namespace kin::driver
