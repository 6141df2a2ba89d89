// Starting, signalling and watching processes. The only place of the driver that does.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace kin::driver {

// A process and when it started, so that a number that the system has given to another process since is never
// signalled. Survives being written to a file; `boot` tells machine starts apart.
struct ProcessId {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;  // since the machine started
  std::string boot;

  bool operator==(const ProcessId&) const = default;
};

enum class ProcessState { running, stopped, gone };  // stopped: by SIGSTOP
const char* name(ProcessState state);                // running, paused, down

// The process itself; nothing when there is none of that number.
std::optional<ProcessId> identify(pid_t pid);
// gone also when it ended and its result is still there to be asked for, or when the number belongs to another process
// now.
ProcessState state_of(const ProcessId& process);
// False when it is gone.
bool send_signal(const ProcessId& process, int signal);
// How a program ended that this process started: "exit status 3", "signal 11 (Segmentation fault)". Nothing when it has
// not ended, when another process started it, or when wait_until_gone has seen its end.
std::optional<std::string> how_it_ended(const ProcessId& process);
// False when it is still there after `longest`. Once it is gone, the system forgets its result.
bool wait_until_gone(const ProcessId& process, std::chrono::milliseconds longest);

// Starts a program that lives on when this one ends: in a session of its own, standard input empty, both outputs
// appended to `output`. argv[0] is the path of the program. Error: a sentence.
tl::expected<ProcessId, std::string> start_detached(const std::vector<std::string>& argv, const std::string& output);

// A program whose output is wanted. Move-only; the destructor kills it if it still runs.
class ChildProgram {
 public:
  struct Result {
    int exit_code = 0;     // 128 + signal where a signal ended it
    bool overdue = false;  // it was killed, since it did not end in time
    std::string output, errors;
  };

  // Error: a sentence.
  static tl::expected<ChildProgram, std::string> start(const std::vector<std::string>& argv);
  ChildProgram(ChildProgram&& other) noexcept;
  ChildProgram& operator=(ChildProgram&&) = delete;
  ~ChildProgram();

  bool has_ended() const;
  // Reads both outputs until the program has ended. To be called once.
  Result finish(std::chrono::milliseconds longest);

 private:
  ChildProgram() = default;

  pid_t pid_ = -1;
  int output_ = -1, errors_ = -1;
};

// Absolute path of the program that is running.
std::string own_path();

}  // namespace kin::driver
