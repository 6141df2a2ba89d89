// A program that merges files, run and waited for.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "common/wire/status.hpp"

namespace kin {

// A folder for one merge, private to this user, removed with all that is in it.
class MergeFolder {
 public:
  // Under TMPDIR, or /tmp. Error: a sentence.
  static tl::expected<MergeFolder, std::string> make();
  MergeFolder(MergeFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  MergeFolder& operator=(MergeFolder&&) = delete;
  ~MergeFolder();

  // The path of the file, which holds `content`. Error: a sentence.
  tl::expected<std::string, std::string> write(const std::string& name, const std::string& content) const;
  tl::expected<std::string, std::string> read(const std::string& name) const;

 private:
  explicit MergeFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

using Variables = std::vector<std::pair<std::string, std::string>>;

// Runs `sh -c COMMAND` with these arguments ("$@") and variables, and waits for its end. With `capture` its standard
// output is the result, else it is an editor, which keeps the terminal, and the result is empty. Standard error is
// always ours. When `interrupt_fd` (-1: none) becomes readable, the program is sent the signal that came, and a second
// later, unless it is an editor, it is killed.
// Failure, applied no: CONFLICT with a sentence where it could not be run, ended with another code than 0, or was ended
// by a signal or an interrupt; LIMIT where it wrote more than the largest value, and then it is ended.
tl::expected<std::string, Failure> run_program(const std::string& command, const std::vector<std::string>& arguments,
                                               const Variables& variables, bool capture, int interrupt_fd = -1);

}  // namespace kin
