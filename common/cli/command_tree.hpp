// The commands and flags of a program as plain structs, read off its CLI11 definitions: what completion, the shell and
// man pages are made from, so that they cannot drift from what is parsed.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace kin {

struct CommandFlag {
  std::vector<std::string> names;    // --output, -o; those with two dashes first
  std::string value;                 // what its value is called, FILE; empty: it has none
  std::vector<std::string> choices;  // the only values, where there is such a list
  std::string what;
  bool required = false;
};

struct CommandArgument {
  std::string name;
  std::vector<std::string> choices;
  std::string what;
  bool required = false;
  std::string value;  // what kind of value it is, ID; its name where nothing else is said
};

struct CommandTree {
  std::string name;
  std::vector<std::string> aliases;
  std::string what;
  std::string footer;
  std::vector<CommandFlag> flags;
  std::vector<CommandArgument> arguments;
  std::vector<CommandTree> commands;
};

// Without what is hidden from help (an empty group).
CommandTree tree_of(const CLI::App& app);

}  // namespace kin
