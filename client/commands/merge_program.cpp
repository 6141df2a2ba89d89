#include "client/commands/merge_program.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "client/commands/interrupts.hpp"

extern "C" char** environ;

namespace kin {
namespace {

constexpr int time_to_end_ms = 1000;
constexpr std::size_t most_value_bytes = 16u << 20;  // the largest that limits.value_bytes can be

tl::unexpected<std::string> failed(const std::string& what) {
  return tl::unexpected(what + ": " + std::strerror(errno));
}

enum class Stopped { no, interrupted, too_long };

// What the child writes until its end, where there is a pipe to it. `child` is its pidfd.
Stopped wait_for(int child, int pipe, int interrupt_fd, std::string& out) {
  char block[65536];
  while (true) {
    pollfd fds[] = {{interrupt_fd, POLLIN, 0}, {pipe, POLLIN, 0}, {pipe < 0 ? child : -1, POLLIN, 0}};
    if (::poll(fds, 3, -1) < 0) continue;
    if (fds[0].revents != 0) return Stopped::interrupted;
    if (fds[2].revents != 0) return Stopped::no;
    if (fds[1].revents == 0) continue;
    const ssize_t n = ::read(pipe, block, sizeof block);
    if (n > 0) out.append(block, static_cast<std::size_t>(n));
    if (n == 0 || (n < 0 && errno != EINTR)) pipe = -1;
    if (out.size() > most_value_bytes) return Stopped::too_long;
  }
}

// An editor may hold what its user has not saved: it ends when it will. Of what another program does nothing is used
// any more.
void stop(pid_t child, int watched, int signal, bool editor) {
  ::kill(child, signal);
  pollfd end{watched, POLLIN, 0};
  if (editor || ::poll(&end, 1, time_to_end_ms) > 0) return;
  ::kill(child, SIGKILL);
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

tl::expected<std::string, Failure> run_program(const std::string& command, const std::vector<std::string>& arguments,
                                               const Variables& variables, bool capture, int interrupt_fd) {
  const auto fault = [](std::string what, Status status = Status::conflict) {
    return tl::unexpected(Failure{status, Applied::no, std::move(what), "", 0, 0});
  };
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
  if (capture && ::pipe(ends) != 0) return fault(failed("a pipe cannot be made").value());
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
  if (capture) ::close(ends[1]);
  if (error != 0) {
    if (capture) ::close(ends[0]);
    errno = error;
    return fault(failed("/bin/sh cannot be run").value());
  }
  // sys/pidfd.h of glibc 2.36 cannot be used from C++.
  const int watched = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (watched < 0) {
    auto wrong = fault(failed("/bin/sh cannot be waited for").value());
    if (capture) ::close(ends[0]);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    return wrong;
  }
  std::string out;
  const Stopped stopped = wait_for(watched, ends[0], interrupt_fd, out);
  if (capture) ::close(ends[0]);
  if (stopped == Stopped::interrupted) stop(child, watched, last_interrupt(), !capture);
  if (stopped == Stopped::too_long) stop(child, watched, SIGTERM, false);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ::close(watched);
  if (stopped == Stopped::interrupted) return fault("interrupted");
  if (stopped == Stopped::too_long) {
    return fault(
        "'" + command + "' gave more than " + std::to_string(most_value_bytes) + " bytes, and no value may be larger",
        Status::limit);
  }
  if (WIFSIGNALED(status)) {
    return fault("'" + command + "' was ended by signal " + std::to_string(WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) != 0) {
    return fault("'" + command + "' ended with " + std::to_string(WEXITSTATUS(status)));
  }
  return out;
}

}  // namespace kin
