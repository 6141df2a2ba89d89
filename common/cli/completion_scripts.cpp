#include "common/cli/completion_scripts.hpp"

namespace kin {
namespace {

constexpr const char* bash = R"~(# bash completion of PROGRAM: source <(PROGRAM completion bash)
_NAME_complete() {
  local line words=("${COMP_WORDS[@]:1:COMP_CWORD-1}") typed="${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=()
  # bash has made --flag=value three words.
  if [[ $typed == = ]]; then typed=; fi
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$typed")
    else
      COMPREPLY+=("$(printf '%q' "${line%%$'\t'*}")")
    fi
  done < <("${COMP_WORDS[0]}" completion candidates -- "${words[@]}" "$typed" 2>/dev/null)
}
complete -F _NAME_complete PROGRAM
)~";

constexpr const char* zsh = R"~(#compdef PROGRAM
# zsh completion of PROGRAM: put this into a folder of $fpath as _PROGRAM, or: source <(PROGRAM completion zsh)
_NAME_complete() {
  local line files=0
  local -a found
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=1
    else
      found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    fi
  done < <("${words[1]}" completion candidates -- "${(@)words[2,CURRENT-1]}" "${words[CURRENT]}" 2>/dev/null)
  (( ${#found} )) && _describe 'PROGRAM' found
  if (( files )); then
    compset -P '--*='
    _files
  fi
}
if [[ ${funcstack[1]} == _PROGRAM ]]; then
  _NAME_complete
else
  compdef _NAME_complete PROGRAM
fi
)~";

constexpr const char* fish =
    R"~(# fish completion of PROGRAM: PROGRAM completion fish > ~/.config/fish/completions/PROGRAM.fish
function _NAME_complete
  set -l words (commandline -opc)
  set -l typed (commandline -ct)
  for line in ($words[1] completion candidates -- $words[2..-1] "$typed" 2>/dev/null)
    if test "$line" = ":files"
      set -l flag (string match -r '^--[^=]+=' -- "$typed")
      for path in (__fish_complete_path (string replace -r '^--[^=]+=' '' -- "$typed"))
        echo "$flag$path"
      end
    else
      echo $line
    end
  end
end
complete -c PROGRAM -f -a '(_NAME_complete)'
)~";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

}  // namespace

std::string completion_script(const std::string& shell, const std::string& program) {
  const char* script = shell == "bash" ? bash : shell == "zsh" ? zsh : shell == "fish" ? fish : "";
  return replaced(replaced(script, "PROGRAM", program), "NAME", replaced(program, "-", "_"));
}

std::optional<std::string> answer_completion(const std::vector<std::string>& args, const CommandTree& program,
                                             const KnownValues& known) {
  if (args.size() < 3 || args[0] != "completion" || args[1] != "candidates" || args[2] != "--") return std::nullopt;
  std::vector<std::string> before(args.begin() + 3, args.end());
  std::string typed;
  if (!before.empty()) {
    typed = before.back();
    before.pop_back();
  }
  const Candidates found = candidates(program, before, typed, known);
  std::string out;
  for (const Candidate& one : found.words) out += one.word + '\t' + one.what + '\n';
  if (found.files) out += ":files\n";
  return out;
}

}  // namespace kin
