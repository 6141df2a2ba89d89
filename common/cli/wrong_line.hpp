// A command line that CLI11 refused: what is wrong with it, and what to type instead.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace kin {

// Both may quote what was typed, whatever bytes it has.
struct WrongLine {
  std::string problem;  // a sentence without an end: "there is no command 'sttaus' in kin-driver"
  std::string hint;     // "did you mean 'kin-driver status'?", or where to read on
};

// Right after `app` refused `args`, the words behind the program's name.
WrongLine wrong_line(const CLI::ParseError& error, const CLI::App& app, const std::vector<std::string>& args);

// Whether a line that could not be parsed says -o json: who asked for JSON still gets JSON.
bool asks_for_json(const std::vector<std::string>& args);

}  // namespace kin
