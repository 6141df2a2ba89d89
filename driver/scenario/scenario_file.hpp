// Scenario files, read into checked structs. The shape:
//
//   # The first line says what the scenario shows; `kin-driver list` prints it.
//   nodes: 5                                  # n1 ... n5
//   options: {durability: os, gossip_interval_ms: 100}
//   steps:
//     - client: add_update cart apples        # any command line of kin; a list where blanks matter
//       at: n1
//       within: 5s                            # ask again until the answer is as expected, for so long
//       save: first                           # ${first} is then the context of the answer
//       why: what this step is for            # every step may have one
//       expect: {clock: [1,0,0,0,0]}
//     - parallel:                             # client steps at the same time; faults happen when the first is answered
//         - {client: add_update cart pears --context ${first}, at: n2}
//         - {kill: n3}
//     - isolate: [n1, n2]                     # also offline, online, join, hold-gossip, release-gossip, clear, kill,
//                                             # restart, pause, resume, lose-disk; a node, a list, or all
//     - link: {from: n1, to: [n2, n3], drop: 100, delay: 0}    # per cent, milliseconds; one way
//     - places:                               # link delays between all nodes, and names of where they are
//         n1: {name: Virginia}
//         n2: {name: Oregon, one_way_ms: {n1: 33}}             # both ways; each pair once
//         n3: {name: Frankfurt, one_way_ms: {n1: 46, n2: 72}}
//     - measure: add_update home-${node} "${level} ${round}"   # prints how long clients wait at each node and level
//       W: [1, quorum, all]                   # or R; up to three; the flag is appended to the command
//       at: all                               # the default
//       times: 5                              # ${round} is 1, 2, ...; more where they came late
//     - wait: converged                       # all nodes; `on: [n1, n2]` for some, `timeout: 30s`
//     - expect: {key: cart, value: pears, clock: [1,1,0,0,0], on: all}
//     - check: causal                         # or linearizable, for tokens
//     - say: a sentence
//     - repeat: 10                            # ${round} is 1, 2, ...
//       steps: [...]
//
// An expectation: `status` (one or a list), `value` (the only one), `values` (exactly these), `siblings` (a number, or
// a list of {value, clock}), `clock`, `conflict` (true, false), `absent: true`, or the word `any`. A client step
// without one expects OK. So does a measure; and behind a step `places` the quickest answer of each node and level has
// to come in the time there and back to as many nodes as the level needs, and before one node more can be heard of
// (before anybody can have got a message, where no other is needed). A process that restarts has forgotten its links,
// as with `link`. The value of a token is its name. The tokens are those of config/tokens.yml.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "common/config/cluster_config.hpp"
#include "driver/scenario/scenario.hpp"

namespace kin::driver {

// Unknown keys, unknown nodes, wrong types, clocks with another number of positions than nodes, ${NAME} that no earlier
// step saves, and a command line that kin could not read where the step does not expect USAGE: errors with file and
// line.
tl::expected<Scenario, ConfigError> parse_scenario(const std::string& text, const std::string& file);
tl::expected<Scenario, ConfigError> load_scenario(const std::string& path);

struct ListedScenario {
  std::string name, file, title;
};

// All *.yml files of a folder, by name; nothing more of them than their first line is read.
std::vector<ListedScenario> list_scenarios(const std::string& folder);

}  // namespace kin::driver
