#include "common/cli/shell.hpp"

#include <algorithm>
#include <optional>

#include "common/cli/line_editor.hpp"
#include "common/cli/words.hpp"

namespace kin {
namespace {

constexpr int usage_exit = 2;
constexpr int interrupted_exit = 130;

class Shell {
 public:
  Shell(const ShellParts& parts, std::ostream& out, std::ostream& errors) : parts_(parts), out_(out), errors_(errors) {}

  // The exit code of what the line says; nothing when it says that this is the end.
  std::optional<int> take(const std::string& line) {
    auto words = split_words(line);
    if (!words) {
      errors_ << parts_.program << ": " << words.error() << std::endl;
      return usage_exit;
    }
    if (!words->empty() && words->front() == parts_.program) words->erase(words->begin());
    if (words->empty() || words->front().starts_with('#')) return 0;
    const std::string& first = words->front();
    if (words->size() == 1 && (first == "exit" || first == "quit")) return std::nullopt;
    if (first == "help") {
      const bool own = words->size() == 2 && is_own(words->back());
      if (own || words->size() == 1) out_ << parts_.help << std::endl;
      if (own) return 0;
      words->erase(words->begin());
      words->emplace_back("--help");
    }
    return parts_.run(*words);
  }

 private:
  bool is_own(const std::string& word) const {
    const std::vector<std::string>& own = parts_.own_words;
    return word == "help" || word == "exit" || word == "quit" || std::find(own.begin(), own.end(), word) != own.end();
  }

  const ShellParts& parts_;
  std::ostream& out_;
  std::ostream& errors_;
};

int run_piped(Shell& shell, const std::string& program, std::istream& in, std::ostream& errors) {
  int result = 0;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    const std::optional<int> code = shell.take(line);
    if (!code) break;
    if (*code == 0) continue;
    if (*code == interrupted_exit) return *code;
    result = *code;
    errors << program << ": line " << number << " ended with " << *code << std::endl;
  }
  return result;
}

}  // namespace

int run_shell(const ShellParts& parts, bool terminal, std::istream& in, std::ostream& out, std::ostream& errors) {
  Shell shell(parts, out, errors);
  if (!terminal) return run_piped(shell, parts.program, in, errors);
  const auto complete = [&](std::vector<std::string> before, const std::string& typed) {
    if (!before.empty() && before.front() == parts.program) before.erase(before.begin());
    Candidates found = parts.complete(before, typed);
    if (!before.empty()) return found;
    for (const Candidate& own : {Candidate{"help", "what can be typed"}, Candidate{"exit", "the end; Ctrl-D too"}}) {
      if (own.word.starts_with(typed)) found.words.push_back(own);
    }
    return found;
  };
  LineEditor editor(parts.program, parts.history_file, complete);
  while (true) {
    const EditedLine line = editor.read(parts.prompt());
    if (line.end == EditedLine::End::closed) {
      out << std::endl;
      return 0;
    }
    if (line.end == EditedLine::End::entered && !shell.take(line.text)) return 0;
  }
}

}  // namespace kin
