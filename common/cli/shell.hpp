// A program's commands line by line: from a terminal with a prompt, editing and history, or from a pipe without.
#pragma once

#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "common/cli/candidates.hpp"

namespace kin {

struct ShellParts {
  std::string program;  // kin; a line may begin with it, as what is pasted does
  std::string history_file;
  std::function<std::string()> prompt;
  // Runs one command, words and all, and returns its exit code. Says itself what went wrong.
  std::function<int(const std::vector<std::string>& words)> run;
  std::function<Candidates(const std::vector<std::string>& before, const std::string& typed)> complete;
  std::string help;                    // what `help` prints in front of the program's own help
  std::vector<std::string> own_words;  // commands that the shell alone has, and which its help explains
};

// To the end of input, or `exit`. Empty lines and those that begin with # do nothing. From a terminal: 0. Otherwise all
// lines are run, whatever becomes of each, and the result is the exit code of the last one that failed, or 0; of each
// that failed `errors` is told the line. An interrupt (130) is the end.
int run_shell(const ShellParts& parts, bool terminal, std::istream& in, std::ostream& out, std::ostream& errors);

}  // namespace kin
