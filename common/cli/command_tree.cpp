#include "common/cli/command_tree.hpp"

#include <CLI/CLI.hpp>

namespace kin {
namespace {

constexpr const char* no_name = "VALUE";

// `FORM:{text,json,raw}` as CLI11 puts the name of a value and the checks of it together.
std::vector<std::string> choices_in(const std::string& type) {
  std::vector<std::string> out;
  const std::size_t open = type.find('{'), close = type.rfind('}');
  if (open == std::string::npos || close == std::string::npos || close < open) return out;
  std::string word;
  for (std::size_t i = open + 1; i <= close; ++i) {
    if (type[i] != ',' && i != close) {
      word += type[i];
    } else {
      out.push_back(std::exchange(word, ""));
    }
  }
  return out;
}

std::string value_name(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::string name = type.substr(0, type.find(':'));
  return name.empty() || name == "TEXT" ? no_name : name;
}

CommandFlag flag_of(const CLI::Option& option) {
  CommandFlag out;
  for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
  if (option.get_items_expected_max() > 0) {
    out.value = value_name(option);
    out.choices = choices_in(option.get_type_name());
  }
  out.what = option.get_description();
  out.required = option.get_required();
  return out;
}

}  // namespace

CommandTree tree_of(const CLI::App& app) {
  CommandTree out;
  out.name = app.get_name();
  out.aliases = app.get_aliases();
  out.what = app.get_description();
  out.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    if (option->get_positional()) {
      const std::string name = option->get_name(true, false), value = value_name(*option);
      out.arguments.push_back({name, choices_in(option->get_type_name()), option->get_description(),
                               option->get_required(), value == no_name ? name : value});
    } else {
      out.flags.push_back(flag_of(*option));
    }
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) out.commands.push_back(tree_of(*command));
  }
  return out;
}

}  // namespace kin
