// Completion in bash, zsh and fish: small scripts that ask the program itself what may come next.
//
//   PROGRAM completion candidates -- WORDS... TYPED     prints `word TAB what` a line; `:files` when names of files fit
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/cli/candidates.hpp"

namespace kin {

// Empty: no such shell. Shells: bash, zsh, fish.
std::string completion_script(const std::string& shell, const std::string& program);

// The answer to the scripts' question, for the arguments behind the program's name; nothing where they are none.
std::optional<std::string> answer_completion(const std::vector<std::string>& args, const CommandTree& program,
                                             const KnownValues& known = {});

}  // namespace kin
