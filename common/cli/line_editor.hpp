// Lines from a terminal, with editing, history and completion. The only place that knows libedit.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/cli/candidates.hpp"

namespace kin {

struct EditedLine {
  enum class End { entered, cancelled, closed };  // Enter, Ctrl-C, Ctrl-D on an empty line or the terminal is gone
  End end = End::closed;
  std::string text;  // of an entered line, without its end
};

class LineEditor {
 public:
  // What may stand behind these whole words.
  using Complete = std::function<Candidates(const std::vector<std::string>& before, const std::string& typed)>;

  // Reads from standard input and writes to standard output, which are a terminal. The history is what the file holds;
  // an empty name keeps none. A file that cannot be read or written is no error: the history is a comfort.
  LineEditor(const std::string& program, std::string history_file, Complete complete);
  ~LineEditor();

  // Between two calls the terminal is as the program found it. Entered lines go into the history and its file, but for
  // empty ones and those that begin with a blank.
  EditedLine read(const std::string& prompt);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// $XDG_STATE_HOME/kin/NAME, or the same below ~/.local/state; the folder is made. Empty where there is no home.
std::string state_file(const std::string& name);

}  // namespace kin
