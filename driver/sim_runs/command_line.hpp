// The command line of kin-sim as a plain struct. CLI11 is seen by command_line.cpp only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "driver/sim/options.hpp"

namespace kin::sim {

struct CommandLine {
  std::uint64_t first = 1, last = 100;  // seeds, both included
  std::size_t jobs = 1;
  std::string tier = "causal";
  std::optional<std::uint32_t> operations, nodes, keys, clients;
  std::vector<std::pair<Setting, std::uint32_t>> set;
  std::vector<Fault> without, with;
  bool only = false;  // no faults but those in `with`
  bool every_disk = false;
  bool trace = false;   // one seed: a line for everything that happens
  std::string history;  // one seed: the file that its history is written to; empty: none
  bool hashes = false;  // a line `seed hash` for every seed
  bool shrink = true;
  std::uint64_t each_fault = 0;    // a kind that may happen and came less often than this is a failure
  std::uint64_t explained = 0;     // fewer conflicts than these, explained rightly, are a failure
  std::uint32_t check_every = 10;  // how many seeds there are to one whose history check causal judges too; 0: none

  Options options(std::uint64_t seed) const;
};

// What to print instead, and the exit code.
struct NothingToRun {
  std::string text;
  int exit_code = 0;
};

tl::expected<CommandLine, NothingToRun> parse_command_line(int argc, const char* const* argv);

}  // namespace kin::sim
