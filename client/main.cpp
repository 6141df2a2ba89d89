#include <iostream>
#include <string_view>

#include "client/commands/interrupts.hpp"
#include "client/commands/terminal.hpp"
#include "common/cli/completion_scripts.hpp"
#include "common/cli/man_page.hpp"
#include "common/cli/standard_output.hpp"
#include "common/config/cluster_config.hpp"

namespace {

// For completion: the cluster file that the words name, or else the environment.
std::vector<std::string> known_nodes(const std::vector<std::string>& words) {
  constexpr std::string_view config_is = "--config=";
  std::string file = kin::environment_variables().config;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "--config") file = words[i + 1];
    if (words[i].starts_with(config_is)) file = words[i].substr(config_is.size());
  }
  if (file.empty()) return {};
  const auto config = kin::load_cluster_config(file, {});
  return config ? names_of(*config) : std::vector<std::string>();
}

int run(const std::vector<std::string>& args) {
  // Asked by scripts and by the build, and not shown to people.
  const auto nodes = [&](const std::string& value) {
    return value == "ID" ? known_nodes(args) : std::vector<std::string>();
  };
  if (const auto answer = kin::answer_completion(args, kin::command_tree(), nodes)) {
    std::cout << *answer;
    return 0;
  }
  if (args == std::vector<std::string>{"--man-page"}) {
    std::cout << kin::man_page(kin::command_tree(), kin::version_text());
    return 0;
  }
  return kin::run_arguments(args, kin::environment_variables(), kin::watch_for_interrupts());
}

}  // namespace

int main(int argc, char** argv) { return kin::after_printing(run({argv + 1, argv + argc}), "kin"); }
