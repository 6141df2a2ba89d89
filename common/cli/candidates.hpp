// What may be typed next: for completion in shells, and in a program's own.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/cli/command_tree.hpp"

namespace kin {

struct Candidate {
  std::string word;
  std::string what;  // may be empty
};

struct Candidates {
  std::vector<Candidate> words;  // in the order of the definitions; all begin with what was typed
  bool files = false;            // names of files fit too
};

// Values that only a running program knows, such as the ids of nodes: asked for with the name of the value, `ID`.
using KnownValues = std::function<std::vector<std::string>(const std::string& value)>;

// `before`: the whole words behind the program's name; `typed`: what there is of the word at the cursor, maybe nothing.
Candidates candidates(const CommandTree& program, const std::vector<std::string>& before, const std::string& typed,
                      const KnownValues& known = {});

}  // namespace kin
