#include "driver/sim_runs/child_runs.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <string>
#include <utility>

#include "common/assert.hpp"
#include "common/wire/codec.hpp"

namespace kin::sim {
namespace {

struct Child {
  Options options;
  pid_t pid = 0;
  int outcome = -1;  // what it tells, until it closes it
  int complaints = -1;
  std::string told, complained;
};

void write_all(int fd, const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno != EINTR) ::_exit(1);
    if (n > 0) done += static_cast<std::size_t>(n);
  }
}

Child begin(const Task& task) {
  Child child;
  child.options = task.options;
  int told[2], complained[2];
  KIN_REQUIRE(::pipe(told) == 0 && ::pipe(complained) == 0, std::strerror(errno));
  std::fflush(nullptr);
  child.pid = ::fork();
  KIN_REQUIRE(child.pid >= 0, std::strerror(errno));
  if (child.pid == 0) {
    ::close(told[0]);
    ::close(complained[0]);
    ::dup2(complained[1], STDERR_FILENO);
    ::alarm(longest_run_seconds);
    write_all(told[1], wire::encode(outcome_of(task.options, task.check_history)));
    ::_exit(0);
  }
  ::close(told[1]);
  ::close(complained[1]);
  child.outcome = told[0];
  child.complaints = complained[0];
  return child;
}

// Appends what is there. False once the other side has closed.
bool take(int fd, std::string& bytes) {
  char buffer[65536];
  const ssize_t n = ::read(fd, buffer, sizeof buffer);
  if (n < 0) return errno == EINTR || errno == EAGAIN;
  bytes.append(buffer, static_cast<std::size_t>(n));
  return n > 0;
}

Outcome end(Child& child) {
  while (take(child.complaints, child.complained)) {
  }
  ::close(child.outcome);
  ::close(child.complaints);
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    if (auto outcome = wire::decode<Outcome>(child.told)) return std::move(*outcome);
  }
  Outcome died;
  died.seed = child.options.seed;
  died.held = false;
  died.rule = "died";
  died.sums.assign(sum_kinds, 0);
  died.faults.assign(fault_kinds, 0);
  const bool overdue = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
  died.story.push_back(overdue ? "it ran longer than " + std::to_string(longest_run_seconds) + " seconds"
                       : WIFSIGNALED(status)
                           ? std::string("it was ended by signal ") + ::strsignal(WTERMSIG(status))
                           : "it ended with code " + std::to_string(WEXITSTATUS(status)) + " and told nothing");
  if (!child.complained.empty())
    died.story.push_back(child.complained.substr(0, child.complained.find_last_not_of('\n') + 1));
  return died;
}

}  // namespace

void run_in_children(std::size_t jobs, const std::function<std::optional<Task>()>& next,
                     const std::function<bool(const Options&, const Outcome&)>& ended) {
  std::list<Child> children;
  bool more = true;
  while (true) {
    while (more && children.size() < jobs) {
      if (auto task = next()) {
        children.push_back(begin(*task));
      } else {
        more = false;
      }
    }
    if (children.empty()) return;
    std::vector<pollfd> waiting;
    for (const Child& child : children) {
      waiting.push_back({child.outcome, POLLIN, 0});
      waiting.push_back({child.complaints, POLLIN, 0});  // a child whose complaints nobody takes would wait for ever
    }
    if (::poll(waiting.data(), waiting.size(), -1) < 0) continue;
    auto child = children.begin();
    for (std::size_t i = 0; i < waiting.size(); i += 2) {
      const auto current = child++;
      if (waiting[i + 1].revents != 0) take(current->complaints, current->complained);
      if (waiting[i].revents == 0 || take(current->outcome, current->told)) continue;
      more = ended(current->options, end(*current)) && more;
      children.erase(current);
    }
  }
}

Outcome run_in_child(const Task& task) {
  std::optional<Task> only = task;
  Outcome out;
  run_in_children(
      1, [&] { return std::exchange(only, std::nullopt); },
      [&](const Options&, const Outcome& outcome) {
        out = outcome;
        return true;
      });
  return out;
}

}  // namespace kin::sim
