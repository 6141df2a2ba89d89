#include "common/cli/wrong_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <string_view>

#include "common/cli/nearest_word.hpp"
#include "common/cli/parsed_command.hpp"

namespace kin {
namespace {

// Empty where a command that is not there is not the problem.
std::optional<WrongLine> unknown_command(const CLI::App& app) {
  const CLI::App& at = innermost(app);
  const auto known = at.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); });
  const auto rest = app.remaining(true);
  if (known.empty() || rest.empty() || rest.front().starts_with('-')) return std::nullopt;
  std::vector<std::string> words;
  for (const CLI::App* one : known) {
    words.push_back(one->get_name());
    if (words.back().starts_with(rest.front())) continue;  // two names of one command would not be one that begins so
    for (const std::string& alias : one->get_aliases()) words.push_back(alias);
  }
  const std::string under = command_path(app);
  const auto nearest = nearest_word(rest.front(), words);
  return WrongLine{"there is no command '" + rest.front() + "' in " + under,
                   nearest ? "did you mean '" + under + ' ' + *nearest + "'?" : "see " + under + " --help"};
}

// Dashes are no letters of a flag's name. One letter alone is a short flag, and near to nothing.
std::optional<std::string> nearest_flag(const CLI::App& app, const std::string& typed) {
  std::string name = typed.substr(0, typed.find('='));
  name.erase(0, name.find_first_not_of('-'));
  if (name.size() < 2) return std::nullopt;
  std::vector<std::string> words;
  for (const CLI::App* at : {&app, &innermost(app)}) {
    for (const CLI::Option* option : at->get_options()) {
      words.insert(words.end(), option->get_lnames().begin(), option->get_lnames().end());
    }
  }
  const auto nearest = nearest_word(name, words);
  return nearest ? std::optional("--" + *nearest) : std::nullopt;
}

// A flag of a command in front of it, where only the program's own may stand.
bool stands_too_early(const CLI::App& app, const std::string& typed) {
  const std::string name = typed.substr(0, typed.find('='));
  return name.size() > 1 && name != "--" && &innermost(app) != &app &&
         innermost(app).get_option_no_throw(name) != nullptr;
}

// Of the commands below `at`, the first that has this flag.
const CLI::App* who_has(const CLI::App& at, const std::string& flag) {
  for (const CLI::App* one : at.get_subcommands([](const CLI::App*) { return true; })) {
    if (one->get_option_no_throw(flag) != nullptr) return one;
    if (const CLI::App* found = who_has(*one, flag)) return found;
  }
  return nullptr;
}

bool takes_words(const CLI::App& command) {
  const auto options = command.get_options();
  return std::any_of(options.begin(), options.end(), [](const auto* option) { return option->get_positional(); });
}

}  // namespace

WrongLine wrong_line(const CLI::ParseError& error, const CLI::App& app, const std::vector<std::string>& args) {
  if (auto unknown = unknown_command(app)) return *unknown;
  const std::string path = command_path(app);
  const std::string help = "see " + path + " --help";
  if (args.empty()) return {"a command is missing", help};
  const auto rest = app.remaining(true);
  if (rest.empty()) {
    const bool no_command = std::string_view(error.what()).starts_with("A subcommand is required");
    return {no_command ? "a command is missing" : error.what(), help};
  }
  WrongLine out{"'" + rest.front() + "' is not expected here", help};
  if (!rest.front().starts_with('-')) return out;
  if (stands_too_early(app, rest.front())) {
    out.hint = "it goes behind the command: " + path + ' ' + rest.front();
  } else if (const auto nearest = nearest_flag(app, rest.front())) {
    out.hint = "did you mean " + *nearest + '?';
  } else if (const CLI::App* other = rest.front() == "--" ? nullptr : who_has(app, rest.front())) {
    out.hint = rest.front() + " is a flag of " + other->get_name() + ", not of this command; " + help;
  } else if (!rest.front().starts_with("--") && takes_words(innermost(app))) {
    out.hint = "put -- in front of a key or value that begins with a dash: " + path + " -- " + rest.front();
  }
  return out;
}

bool asks_for_json(const std::vector<std::string>& args) {
  constexpr std::string_view flag = "-o", long_flag = "--output", long_flag_is = "--output=";
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string_view arg = args[i];
    const bool apart = (arg == flag || arg == long_flag) && i + 1 < args.size();
    const std::string_view value = apart                           ? args[i + 1]
                                   : arg.starts_with(long_flag_is) ? arg.substr(long_flag_is.size())
                                   : arg.starts_with(flag)         ? arg.substr(flag.size())
                                                                   : "";
    if (value == "json") return true;
  }
  return false;
}

}  // namespace kin
