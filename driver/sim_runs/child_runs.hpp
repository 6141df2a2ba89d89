// Many runs at once: a process each, so that one that dies, by a broken invariant or by a signal, is an outcome like
// any other and the others go on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "driver/sim_runs/outcome.hpp"

namespace kin::sim {

struct Task {
  Options options;
  bool check_history = false;
};

// A run that takes longer than this has died.
inline constexpr unsigned longest_run_seconds = 600;

// Does tasks, `jobs` at a time, until next() gives none, and hands over each outcome when it is there. ended() returns
// false to have no further ones begun.
void run_in_children(std::size_t jobs, const std::function<std::optional<Task>()>& next,
                     const std::function<bool(const Options&, const Outcome&)>& ended);

// One of them.
Outcome run_in_child(const Task& task);

}  // namespace kin::sim
