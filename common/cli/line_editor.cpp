#include "common/cli/line_editor.hpp"

#include <histedit.h>
#include <langinfo.h>
#include <sys/stat.h>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "common/cli/words.hpp"

namespace kin {
namespace {

constexpr int kept_lines = 2000;

// The whole words in front of the cursor, and what there is of the one at it. An open quotation is not completed.
struct AtCursor {
  std::vector<std::string> before;
  std::string typed;
};

AtCursor at_cursor(const std::string& line) {
  const std::size_t blank = line.find_last_of(" \t");
  AtCursor out;
  out.typed = blank == std::string::npos ? line : line.substr(blank + 1);
  auto words = split_words(line.substr(0, blank == std::string::npos ? 0 : blank));
  if (words) out.before = std::move(*words);
  return out;
}

std::vector<Candidate> files_like(const std::string& typed) {
  namespace fs = std::filesystem;
  const std::size_t slash = typed.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : typed.substr(0, slash + 1);
  std::vector<Candidate> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, error)) {
    std::error_code ignored;
    const std::string name = folder + entry.path().filename().string() + (entry.is_directory(ignored) ? "/" : "");
    if (name.starts_with(typed)) out.push_back({name, ""});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.word < b.word; });
  return out;
}

std::string common_beginning(const std::vector<Candidate>& words) {
  std::string out = words.front().word;
  for (const Candidate& one : words) {
    const auto end = std::mismatch(out.begin(), out.end(), one.word.begin(), one.word.end()).first;
    out.erase(end, out.end());
  }
  return out;
}

}  // namespace

struct LineEditor::State {
  EditLine* edit = nullptr;
  History* lines = nullptr;
  std::string history_file, prompt;
  Complete complete;
  bool cancelled = false;

  static State* of(EditLine* edit) {
    State* state = nullptr;
    el_get(edit, EL_CLIENTDATA, &state);
    return state;
  }
  static char* print_prompt(EditLine* edit) { return of(edit)->prompt.data(); }
  static unsigned char on_cancel(EditLine* edit, int /*key*/) {
    of(edit)->cancelled = true;
    return CC_NEWLINE;
  }
  static unsigned char on_complete(EditLine* edit, int /*key*/) { return of(edit)->complete_here(); }

  unsigned char complete_here() const {
    const LineInfo* line = el_line(edit);
    const AtCursor at = at_cursor(std::string(line->buffer, line->cursor));
    Candidates found = complete(at.before, at.typed);
    if (found.files) {
      for (Candidate& file : files_like(at.typed)) found.words.push_back(std::move(file));
    }
    if (found.words.empty()) return CC_ERROR;
    std::string more = common_beginning(found.words).substr(at.typed.size());
    if (found.words.size() == 1 && !found.words.front().word.ends_with('/') &&
        !found.words.front().word.ends_with('=')) {
      more += ' ';
    }
    if (!more.empty()) return el_insertstr(edit, more.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
    std::size_t width = 0;
    for (const Candidate& one : found.words) width = std::max(width, one.word.size());
    std::printf("\n");
    for (const Candidate& one : found.words) {
      std::printf("  %-*s  %s\n", static_cast<int>(width), one.word.c_str(), one.what.c_str());
    }
    std::fflush(stdout);
    return CC_REDISPLAY;
  }
};

LineEditor::LineEditor(const std::string& program, std::string history_file, Complete complete)
    : state_(std::make_unique<State>()) {
  // libedit reads characters and not bytes: without a locale of UTF-8 it would refuse all but ASCII.
  std::setlocale(LC_CTYPE, "");
  if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) std::setlocale(LC_CTYPE, "C.UTF-8");
  state_->history_file = std::move(history_file);
  state_->complete = std::move(complete);
  state_->lines = history_init();
  HistEvent event;
  history(state_->lines, &event, H_SETSIZE, kept_lines);
  history(state_->lines, &event, H_SETUNIQUE, 1);
  if (!state_->history_file.empty()) history(state_->lines, &event, H_LOAD, state_->history_file.c_str());
  state_->edit = el_init(program.c_str(), stdin, stdout, stderr);
  EditLine* edit = state_->edit;
  el_set(edit, EL_CLIENTDATA, state_.get());
  el_set(edit, EL_SIGNAL, 1);  // a signal that ends the program leaves the terminal in order
  el_set(edit, EL_EDITOR, "emacs");
  el_set(edit, EL_HIST, history, state_->lines);
  el_set(edit, EL_PROMPT, &State::print_prompt);
  el_set(edit, EL_ADDFN, "kin-complete", "complete the word at the cursor", &State::on_complete);
  el_set(edit, EL_BIND, "^I", "kin-complete", nullptr);
  // Ctrl-C is a key while a line is typed, and a signal while a command runs.
  el_set(edit, EL_ADDFN, "kin-cancel", "leave the line", &State::on_cancel);
  el_set(edit, EL_SETTY, "-d", "-isig", nullptr);
  el_set(edit, EL_BIND, "^C", "kin-cancel", nullptr);
  el_set(edit, EL_BIND, "^R", "em-inc-search-prev", nullptr);
}

LineEditor::~LineEditor() {
  el_end(state_->edit);
  history_end(state_->lines);
}

EditedLine LineEditor::read(const std::string& prompt) {
  state_->prompt = prompt;
  state_->cancelled = false;
  int size = 0;
  const char* text = el_gets(state_->edit, &size);
  if (state_->cancelled) {
    std::printf("^C\n");
    std::fflush(stdout);
    return {EditedLine::End::cancelled, ""};
  }
  if (text == nullptr || size <= 0) return {EditedLine::End::closed, ""};
  EditedLine out{EditedLine::End::entered, std::string(text, static_cast<std::size_t>(size))};
  while (out.text.ends_with('\n') || out.text.ends_with('\r')) out.text.pop_back();
  if (out.text.empty() || out.text.front() == ' ') return out;
  HistEvent event;
  history(state_->lines, &event, H_ENTER, out.text.c_str());
  if (!state_->history_file.empty()) history(state_->lines, &event, H_SAVE, state_->history_file.c_str());
  return out;
}

std::string state_file(const std::string& name) {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  std::string folder;
  if (state != nullptr && *state == '/') {
    folder = state;
  } else if (home != nullptr && *home == '/') {
    folder = std::string(home) + "/.local/state";
  } else {
    return "";
  }
  folder += "/kin";
  std::error_code error;
  if (std::filesystem::create_directories(folder, error)) ::chmod(folder.c_str(), 0700);
  return folder + '/' + name;
}

}  // namespace kin
