// What a simulated run is like: everything is drawn from the seed, printed, and can be overridden by flags.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "driver/sim/sim_cluster.hpp"

namespace kin::sim {

enum class Fault : std::uint8_t {
  kill,             // the process, and a new one some time later
  power_cut,        // the machine: what was not synced is gone
  kill_in_commit,   // the process, between commit and sync
  power_in_commit,  // the machine, between commit and sync
  kill_all,         // all processes at once; they come back in any order
  pause,            // the process stands still, as with SIGSTOP
  isolate,          // one node is cut from all others
  split,            // two groups cannot reach each other
  one_way,          // one node is not heard by another
  bridge,           // two groups, and one node that both reach
  flap,             // one link comes and goes
  clog,             // a link keeps its messages for a while
  swizzle,          // links are clogged one by one, and flow again in another order
  loss,             // many messages are lost
  duplicates,       // many messages arrive twice
  delays,           // messages are late, and overtake each other
  disk_full,
  write_fails,
  sync_fails,
  read_fails,
  slow_disk,
  lose_disk,     // the next process starts on an empty disk
  restore,       // the next process starts on what the disk held a while ago
  clock_jumps,   // the wall clock
  clock_drifts,  // all clocks of a machine run too fast or too slow
  remove,        // a member is removed for ever, at most one in a run
};

inline constexpr std::size_t fault_kinds = 26;

std::string_view name(Fault fault);  // kill-in-commit
std::optional<Fault> fault_named(std::string_view name);
std::array<Fault, fault_kinds> all_faults();

struct Options {
  std::uint64_t seed = 1;
  std::string tier = "causal";  // whose clients come, as the registry names it
  std::uint32_t nodes = 5;
  std::uint32_t operations = 5000;
  std::uint32_t keys = 50;  // or tokens
  std::uint32_t clients = 10;
  std::uint32_t gossip_ms = 200;
  std::uint32_t value_bytes = 16;
  std::uint32_t think_us = 10'000;  // between a reply and the next request of a client, at most
  std::uint32_t timeout_ms = 1000;  // of a request
  std::uint32_t reads = 40;         // of a hundred operations
  std::uint32_t deletes = 5;        // of a hundred
  std::uint32_t contexts = 50;      // of a hundred writes: how many carry one
  std::uint32_t blind = 5;          // of a hundred writes: how many say that they have seen nothing, and as many
                                    // overwrite all
  std::uint32_t roaming = 20;       // of a hundred operations: how many go to another node than the client's own
  std::uint32_t levels = 10;        // of a hundred operations: how many ask for R or W above one
  std::uint32_t sessions = 50;      // of a hundred clients: how many keep to a session
  std::uint32_t batch_keys = 512;   // entries of a message of members: few make many messages of a few keys
  std::uint32_t tidy_keys = 2'000;  // looked at in one tick for leftovers; 25 times as many dots are forgotten in one
  std::uint32_t cache_bytes = 8u << 20;  // of entries that a node keeps in memory
  std::uint32_t burst = 1;               // operations that a client sends together
  std::uint32_t lineage = 16;            // versions that a value names as seen
  Weather weather;
  Speed speed;
  std::uint32_t fault_gap_ms = 500;  // between two faults, on average
  std::array<bool, fault_kinds> faults{};
  // Whether every node may lose its disk, or have it restored; else one node of a run, as often as it may be.
  bool every_disk = false;

  bool may(Fault fault) const { return faults[static_cast<std::size_t>(fault)]; }
  void let(Fault fault, bool happen) { faults[static_cast<std::size_t>(fault)] = happen; }
};

// n1, n2, ...
std::vector<NodeId> node_ids(const Options& options);

// Whether the tier's clients come with tokens, and not with a bucket's keys.
bool has_tokens(std::string_view tier);

// The tier is one of the registry's. What a seed means differs from tier to tier.
Options draw(std::uint64_t seed, std::string_view tier = "causal");

// One line: `nodes 5, keys 50, ...`, and the faults that may happen.
std::string describe(const Options& options);

// The flags that make these options out of those that the seed draws: `--seed 7 --ops 120 --set reads=20 --without
// clog`.
std::string flags(const Options& options);

// A set of names, comma-separated, as in --only and --without. Error: the name that is none.
tl::expected<std::vector<Fault>, std::string> parse_faults(std::string_view list);

// A number of the options by its name in --set: `reads`, `gossip-ms`.
struct Setting {
  std::string_view name;
  std::uint32_t Options::*number;
};
std::span<const Setting> settings();

// As in --set: `reads=20,lineage=64`. Error: what cannot be read.
tl::expected<std::vector<std::pair<Setting, std::uint32_t>>, std::string> parse_settings(std::string_view list);

}  // namespace kin::sim
