#include "client/commands/merge_program.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

extern "C" char** environ;

namespace kin {
namespace {

tl::unexpected<std::string> failed(const std::string& what) {
  return tl::unexpected(what + ": " + std::strerror(errno));
}

std::string read_to_the_end(int fd) {
  std::string out;
  char block[65536];
  for (;;) {
    const ssize_t n = ::read(fd, block, sizeof block);
    if (n > 0) out.append(block, static_cast<std::size_t>(n));
    if (n == 0 || (n < 0 && errno != EINTR)) return out;
  }
}

}  // namespace

tl::expected<MergeFolder, std::string> MergeFolder::make() {
  const char* set = std::getenv("TMPDIR");
  std::string path = std::string(set != nullptr && *set != '\0' ? set : "/tmp") + "/kin-merge-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return failed("the folder " + path + " cannot be made");
  return MergeFolder(std::move(path));
}

MergeFolder::~MergeFolder() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

tl::expected<std::string, std::string> MergeFolder::write(const std::string& name, const std::string& content) const {
  std::string path = path_ + '/' + name;
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (!file) return failed(path + " cannot be written");
  return path;
}

tl::expected<std::string, std::string> MergeFolder::read(const std::string& name) const {
  const std::string path = path_ + '/' + name;
  std::ifstream file(path, std::ios::binary);
  if (!file) return failed(path + " cannot be read");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

tl::expected<std::string, std::string> run_program(const std::string& command,
                                                   const std::vector<std::string>& arguments,
                                                   const Variables& variables, bool capture) {
  std::vector<std::string> words;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string word = *variable;
    bool replaced = false;
    for (const auto& [name, value] : variables) replaced = replaced || word.starts_with(name + '=');
    if (!replaced) words.push_back(word);
  }
  for (const auto& [name, value] : variables) words.push_back(name + '=' + value);
  std::vector<char*> environment;
  environment.reserve(words.size() + 1);
  for (std::string& word : words) environment.push_back(word.data());
  environment.push_back(nullptr);

  std::vector<std::string> line{"sh", "-c", command, "kin-merge"};
  line.insert(line.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(line.size() + 1);
  for (std::string& word : line) argv.push_back(word.data());
  argv.push_back(nullptr);

  int ends[2] = {-1, -1};
  if (capture && ::pipe(ends) != 0) return failed("a pipe cannot be made");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  if (capture) {
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_addclose(&actions, ends[0]);
    ::posix_spawn_file_actions_addclose(&actions, ends[1]);
  }
  pid_t child = 0;
  const int error = ::posix_spawn(&child, "/bin/sh", &actions, nullptr, argv.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  std::string out;
  if (capture) {
    ::close(ends[1]);
    if (error == 0) out = read_to_the_end(ends[0]);
    ::close(ends[0]);
  }
  if (error != 0) {
    errno = error;
    return failed("/bin/sh cannot be run");
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    return tl::unexpected("'" + command + "' was ended by signal " + std::to_string(WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) != 0) {
    return tl::unexpected("'" + command + "' ended with " + std::to_string(WEXITSTATUS(status)));
  }
  return out;
}

}  // namespace kin
