#include "common/cli/candidates.hpp"

#include <algorithm>

namespace kin {
namespace {

bool is_called(const CommandTree& command, const std::string& word) {
  return command.name == word ||
         std::find(command.aliases.begin(), command.aliases.end(), word) != command.aliases.end();
}

// Flags of an outer command count in an inner one too.
class Line {
 public:
  explicit Line(const CommandTree& program) : path_{&program} {}

  void take(const std::string& word) {
    if (waiting_ != nullptr) {
      waiting_ = nullptr;
    } else if (!only_arguments_ && word == "--") {
      only_arguments_ = true;
    } else if (!only_arguments_ && word.size() > 1 && word.front() == '-') {
      const CommandFlag* flag = find(word.substr(0, word.find('=')));
      if (flag != nullptr && !flag->value.empty() && word.find('=') == std::string::npos) waiting_ = flag;
    } else {
      take_plain(word);
    }
  }

  Candidates next(const std::string& typed, const KnownValues& known) const {
    Candidates out;
    const auto offer = [&](const std::string& word, const std::string& what) {
      if (word.starts_with(typed)) out.words.push_back({word, what});
    };
    const auto offer_values = [&](const std::string& name, const std::vector<std::string>& choices,
                                  const std::string& before) {
      for (const std::string& choice : choices) offer(before + choice, "");
      if (!choices.empty()) return;
      if (known) {
        for (const std::string& value : known(name)) offer(before + value, "");
      }
      out.files = out.files || name == "FILE" || name == "DIR" || name == "SCENARIO" || name == "HISTORY";
    };
    if (waiting_ != nullptr) {
      offer_values(waiting_->value, waiting_->choices, "");
      return out;
    }
    const std::size_t equals = typed.find('=');
    if (!only_arguments_ && typed.starts_with("--") && equals != std::string::npos) {
      const CommandFlag* flag = find(typed.substr(0, equals));
      if (flag != nullptr) offer_values(flag->value, flag->choices, typed.substr(0, equals + 1));
      return out;
    }
    if (!only_arguments_ && typed.starts_with("-")) {
      for (auto at = path_.rbegin(); at != path_.rend(); ++at) {
        for (const CommandFlag& flag : (*at)->flags) {
          const std::string& name = flag.names.front();
          if (find(name) == &flag) offer(name, flag.what);  // and not one that an inner command has too
        }
      }
      return out;
    }
    for (const CommandTree& command : path_.back()->commands) offer(command.name, command.what);
    const auto& arguments = path_.back()->arguments;
    if (arguments.empty()) return out;
    const CommandArgument& argument = arguments[std::min(arguments_, arguments.size() - 1)];
    offer_values(argument.value, argument.choices, "");
    return out;
  }

 private:
  void take_plain(const std::string& word) {
    for (const CommandTree& command : path_.back()->commands) {
      if (!is_called(command, word)) continue;
      path_.push_back(&command);
      arguments_ = 0;
      return;
    }
    ++arguments_;
  }
  const CommandFlag* find(const std::string& name) const {
    for (auto at = path_.rbegin(); at != path_.rend(); ++at) {
      for (const CommandFlag& flag : (*at)->flags) {
        if (std::find(flag.names.begin(), flag.names.end(), name) != flag.names.end()) return &flag;
      }
    }
    return nullptr;
  }

  std::vector<const CommandTree*> path_;
  std::size_t arguments_ = 0;             // of the innermost command so far
  const CommandFlag* waiting_ = nullptr;  // for its value
  bool only_arguments_ = false;           // behind --
};

}  // namespace

Candidates candidates(const CommandTree& program, const std::vector<std::string>& before, const std::string& typed,
                      const KnownValues& known) {
  Line line(program);
  for (const std::string& word : before) line.take(word);
  return line.next(typed, known);
}

}  // namespace kin
