// posix_spawn and not Boost.Process: a detached child needs a session of its own before it runs, which Boost.Process
// of Boost 1.74 can only do with code between fork and exec; posix_spawn has an attribute for it.
#include "driver/cluster/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

extern char** environ;

namespace kin::driver {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

struct Stat {
  char state = '?';
  std::uint64_t start_ticks = 0;
};

std::optional<Stat> stat_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  // The name in parentheses may hold blanks and parentheses: the last one ends it.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(line.substr(name_end + 1));
  Stat stat;
  rest >> stat.state;
  std::string skipped;
  for (int field = 4; field < 22; ++field) rest >> skipped;
  rest >> stat.start_ticks;
  if (!rest) return std::nullopt;
  return stat;
}

// The attributes and file actions of one posix_spawn.
class Spawn {
 public:
  Spawn() {
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_init(&actions_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  ~Spawn() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  posix_spawn_file_actions_t* actions() { return &actions_; }

  tl::expected<pid_t, std::string> run(const std::vector<std::string>& argv, short flags) {
    posix_spawnattr_setflags(&attributes_, static_cast<short>(flags | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    std::vector<char*> words;
    words.reserve(argv.size() + 1);
    for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    pid_t pid = -1;
    const int error = posix_spawn(&pid, words[0], &actions_, &attributes_, words.data(), environ);
    if (error != 0) return tl::unexpected("cannot start " + argv[0] + ": " + std::strerror(error));
    return pid;
  }

 private:
  posix_spawnattr_t attributes_{};
  posix_spawn_file_actions_t actions_{};
};

int exit_code_of(int wait_status) {
  if (WIFEXITED(wait_status)) return WEXITSTATUS(wait_status);
  return 128 + WTERMSIG(wait_status);
}

void close_quietly(int& fd) {
  if (fd >= 0) ::close(fd);
  fd = -1;
}

}  // namespace

std::optional<ProcessId> identify(pid_t pid) {
  const auto stat = stat_of(pid);
  if (!stat) return std::nullopt;
  return ProcessId{pid, stat->start_ticks, boot_id()};
}

const char* name(ProcessState state) {
  switch (state) {
    case ProcessState::running: return "running";
    case ProcessState::stopped: return "paused";
    case ProcessState::gone: return "down";
  }
  return "?";
}

ProcessState state_of(const ProcessId& process) {
  const auto stat = stat_of(process.pid);
  if (!stat || stat->start_ticks != process.start_ticks || boot_id() != process.boot) return ProcessState::gone;
  if (stat->state == 'Z' || stat->state == 'X') return ProcessState::gone;
  return stat->state == 'T' ? ProcessState::stopped : ProcessState::running;
}

bool send_signal(const ProcessId& process, int signal) {
  return state_of(process) != ProcessState::gone && ::kill(process.pid, signal) == 0;
}

std::optional<std::string> how_it_ended(const ProcessId& process) {
  if (state_of(process) != ProcessState::gone || identify(process.pid) != process) return std::nullopt;
  siginfo_t info{};
  const auto id = static_cast<id_t>(process.pid);
  // Waits for the threads that outlive the first one by an instant; with WNOWAIT the number is not given away
  // meanwhile.
  if (::waitid(P_PID, id, &info, WEXITED | WNOWAIT) != 0 || info.si_pid != process.pid) return std::nullopt;
  const std::string number = std::to_string(info.si_status);
  if (info.si_code == CLD_EXITED) return "exit status " + number;
  return "signal " + number + " (" + ::strsignal(info.si_status) + ')';
}

bool wait_until_gone(const ProcessId& process, milliseconds longest) {
  const auto deadline = steady_clock::now() + longest;
  while (state_of(process) != ProcessState::gone) {
    if (steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  // Of a child of another process it says ECHILD, which is as well.
  if (identify(process.pid) == process) ::waitpid(process.pid, nullptr, WNOHANG);
  return true;
}

tl::expected<ProcessId, std::string> start_detached(const std::vector<std::string>& argv, const std::string& output) {
  Spawn spawn;
  posix_spawn_file_actions_addopen(spawn.actions(), STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(spawn.actions(), STDOUT_FILENO, STDERR_FILENO);
  auto pid = spawn.run(argv, POSIX_SPAWN_SETSID);
  if (!pid) return tl::unexpected(pid.error());
  // Our own child cannot lose its number before we have asked for its result.
  if (auto process = identify(*pid)) return *process;
  return tl::unexpected(argv[0] + " ended at once");
}

tl::expected<ChildProgram, std::string> ChildProgram::start(const std::vector<std::string>& argv) {
  std::array<int, 2> output{-1, -1}, errors{-1, -1};
  if (::pipe2(output.data(), O_CLOEXEC) != 0) return tl::unexpected(std::string("no pipe: ") + std::strerror(errno));
  if (::pipe2(errors.data(), O_CLOEXEC) != 0) {
    const std::string reason = std::strerror(errno);
    close_quietly(output[0]);
    close_quietly(output[1]);
    return tl::unexpected("no pipe: " + reason);
  }
  Spawn spawn;
  posix_spawn_file_actions_adddup2(spawn.actions(), output[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(spawn.actions(), errors[1], STDERR_FILENO);
  auto pid = spawn.run(argv, 0);
  close_quietly(output[1]);
  close_quietly(errors[1]);
  ChildProgram child;
  child.output_ = output[0];
  child.errors_ = errors[0];
  if (!pid) return tl::unexpected(pid.error());
  child.pid_ = *pid;
  return child;
}

ChildProgram::ChildProgram(ChildProgram&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)),
      errors_(std::exchange(other.errors_, -1)) {}

ChildProgram::~ChildProgram() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  close_quietly(output_);
  close_quietly(errors_);
}

bool ChildProgram::has_ended() const {
  siginfo_t info{};
  // WNOWAIT: finish() still gets the result.
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

ChildProgram::Result ChildProgram::finish(milliseconds longest) {
  Result result;
  const auto deadline = steady_clock::now() + longest;
  std::array<char, 4096> buffer{};
  auto drain = [&](int& fd, std::string& into) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count > 0) into.append(buffer.data(), static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) close_quietly(fd);
  };
  while (output_ >= 0 || errors_ >= 0) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) {
      result.overdue = true;
      ::kill(pid_, SIGKILL);
      break;
    }
    std::array<pollfd, 2> fds{pollfd{output_, POLLIN, 0}, pollfd{errors_, POLLIN, 0}};
    if (::poll(fds.data(), fds.size(), static_cast<int>(left.count())) <= 0) continue;
    if (fds[0].revents != 0) drain(output_, result.output);
    if (fds[1].revents != 0) drain(errors_, result.errors);
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  result.exit_code = exit_code_of(status);
  return result;
}

std::string own_path() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

}  // namespace kin::driver
