#include "common/cli/parsed_command.hpp"

#include <CLI/CLI.hpp>

namespace kin {

const CLI::App& innermost(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : innermost(*parsed.front());
}

std::string command_path(const CLI::App& app) {
  const CLI::App* at = &innermost(app);
  std::string path = at->get_name();
  while ((at = at->get_parent()) != nullptr) path = at->get_name() + ' ' + path;
  return path;
}

std::string help_of(const CLI::App& app) {
  const std::string path = command_path(app);
  const std::size_t last = path.rfind(' ');
  std::string text = innermost(app).help(last == std::string::npos ? "" : path.substr(0, last));
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

}  // namespace kin
