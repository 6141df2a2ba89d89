#include "driver/commands/check_command.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "driver/check/causal_check.hpp"
#include "driver/check/linearizable_check.hpp"

namespace kin::driver {

namespace {

using Json = nlohmann::ordered_json;

enum Exit { clean = 0, violation = 1, gave_up = 2, bad_input = 3 };

constexpr std::size_t most_printed = 100;

template <class Verdict>
Exit exit_of(const Verdict& verdict) {
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

std::string_view kind(const check::Violation& one) { return name(one.wrong); }
std::string_view kind(const check::NotLinearizable&) { return "not linearizable"; }

template <class History>
Json lines_of(const std::vector<std::size_t>& positions, const History& history) {
  Json lines = Json::array();
  for (std::size_t position : positions) lines.push_back(history.operations[position].line);
  return lines;
}

Json row(const check::Violation& one, const check::CausalHistory& history) {
  Json ids = Json::array();
  for (std::size_t position : one.operations) ids.push_back(history.operations[position].id);
  return {{"kind", kind(one)},
          {"key", one.key},
          {"story", one.story},
          {"operations", ids},
          {"lines", lines_of(one.operations, history)}};
}

Json row(const check::NotLinearizable& one, const check::RegisterHistory& history) {
  return {{"kind", kind(one)},
          {"key", one.key},
          {"story", one.story},
          {"order", lines_of(one.order, history)},
          {"lines", lines_of(one.stuck, history)}};
}

template <class Verdict>
void print_text(const Verdict& verdict, std::size_t operations) {
  std::size_t printed = 0;
  for (const auto& one : verdict.violations) {
    if (++printed > most_printed) break;
    std::cout << kind(one) << ", key " << one.key << ": " << one.story << '\n';
  }
  if (verdict.violations.size() > most_printed)
    std::cout << "... and " << verdict.violations.size() - most_printed << " more\n";
  for (const std::string& sentence : verdict.not_judged) std::cout << "not judged: " << sentence << '\n';
  std::cout << word(exit_of(verdict)) << ": " << operations << " operations, " << verdict.violations.size()
            << " violations\n";
}

template <class Verdict, class History>
void print_json(const Verdict& verdict, const History& history) {
  Json violations = Json::array();
  for (const auto& one : verdict.violations) violations.push_back(row(one, history));
  const Json all{{"verdict", word(exit_of(verdict))},
                 {"operations", history.operations.size()},
                 {"violations", violations},
                 {"not_judged", verdict.not_judged}};
  std::cout << all.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

int refuse(const std::string& sentence, bool json) {
  if (json) {
    std::cout << Json{{"verdict", word(bad_input)}, {"message", sentence}}.dump(-1, ' ', false,
                                                                                Json::error_handler_t::replace)
              << '\n';
  } else {
    std::cerr << "kin-driver: " << sentence << '\n';
  }
  return bad_input;
}

template <class Read, class Check>
int judge(const std::string& file, bool json, Read read, Check check) {
  std::ifstream in(file, std::ios::binary);
  std::error_code no_such_path;
  if (std::filesystem::is_directory(file, no_such_path) || !in) return refuse(file + " cannot be read", json);
  const auto history = read(in);
  if (!history) return refuse(file + ':' + std::to_string(history.error().line) + ": " + history.error().message, json);
  const auto verdict = check(*history);
  json ? print_json(verdict, *history) : print_text(verdict, history->operations.size());
  return exit_of(verdict);
}

}  // namespace

int check_causal_history(const std::string& file, bool json) {
  return judge(file, json, check::read_causal_history,
               [](const check::CausalHistory& history) { return check::check_causal(history); });
}

int check_register_history(const std::string& file, bool json) {
  return judge(file, json, check::read_register_history,
               [](const check::RegisterHistory& history) { return check::check_linearizable(history); });
}

}  // namespace kin::driver
