#include "driver/sim/options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "common/assert.hpp"
#include "node/protocols/registry.hpp"

namespace kin::sim {
namespace {

constexpr std::array<std::string_view, fault_kinds> names{
    "kill",         "power-cut",  "kill-in-commit", "power-in-commit", "kill-all",  "pause",
    "isolate",      "split",      "one-way",        "bridge",          "flap",      "clog",
    "swizzle",      "loss",       "duplicates",     "delays",          "disk-full", "write-fails",
    "sync-fails",   "read-fails", "slow-disk",      "lose-disk",       "restore",   "clock-jumps",
    "clock-drifts", "remove"};

constexpr std::array<Setting, 17> numbers{{
    {"gossip-ms", &Options::gossip_ms},
    {"value-bytes", &Options::value_bytes},
    {"think-us", &Options::think_us},
    {"timeout-ms", &Options::timeout_ms},
    {"reads", &Options::reads},
    {"deletes", &Options::deletes},
    {"contexts", &Options::contexts},
    {"blind", &Options::blind},
    {"roaming", &Options::roaming},
    {"levels", &Options::levels},
    {"sessions", &Options::sessions},
    {"batch-keys", &Options::batch_keys},
    {"tidy-keys", &Options::tidy_keys},
    {"cache-bytes", &Options::cache_bytes},
    {"burst", &Options::burst},
    {"lineage", &Options::lineage},
    {"fault-gap-ms", &Options::fault_gap_ms},
}};

constexpr std::uint32_t most_tokens = 8;      // at few tokens many clients meet
constexpr std::uint32_t most_at_tokens = 12;  // clients: what all of them left unanswered makes histories hard to judge

template <std::size_t N>
std::uint32_t one_of(Rng& rng, const std::array<std::uint32_t, N>& choices) {
  return choices[rng.below(N)];
}

}  // namespace

std::string_view name(Fault fault) { return names.at(static_cast<std::size_t>(fault)); }

std::array<Fault, fault_kinds> all_faults() {
  std::array<Fault, fault_kinds> out{};
  for (std::size_t i = 0; i < fault_kinds; ++i) out[i] = static_cast<Fault>(i);
  return out;
}

std::optional<Fault> fault_named(std::string_view wanted) {
  for (const Fault fault : all_faults()) {
    if (name(fault) == wanted) return fault;
  }
  return std::nullopt;
}

bool has_tokens(std::string_view tier) {
  const ProtocolEntry* entry = find_protocol(tier);
  KIN_REQUIRE(entry != nullptr, std::string(tier));
  return entry->guarantee == Guarantee::linearizable;
}

// The order of the draws is part of what a seed means: new ones go to the end.
Options draw(std::uint64_t seed, std::string_view tier) {
  Rng rng(seed);
  Options out;
  out.seed = seed;
  out.nodes = one_of<8>(rng, {3, 3, 3, 5, 5, 5, 5, 7});
  out.keys = one_of<5>(rng, {2, 10, 50, 50, 200});
  out.clients = one_of<4>(rng, {3, 10, 20, 40});
  out.gossip_ms = one_of<4>(rng, {20, 100, 200, 500});
  out.value_bytes = one_of<6>(rng, {16, 16, 16, 100, 100, 1000});
  out.think_us = one_of<3>(rng, {1'000, 5'000, 20'000});
  out.reads = one_of<4>(rng, {20, 50, 80, 95});
  out.deletes = one_of<4>(rng, {0, 2, 5, 20});
  out.contexts = one_of<4>(rng, {0, 30, 60, 90});
  out.blind = one_of<3>(rng, {0, 2, 10});
  out.roaming = one_of<3>(rng, {0, 20, 100});
  out.levels = one_of<3>(rng, {0, 10, 30});
  const std::array<double, 4> losses{0, 0, 0.01, 0.1};
  out.weather.loss = losses[rng.below(4)];
  const std::array<double, 3> repeats{0, 0.01, 0.1};
  out.weather.duplicate = repeats[rng.below(3)];
  out.weather.delay_min_us = one_of<2>(rng, {50, 500});
  out.weather.delay_max_us = out.weather.delay_min_us + one_of<3>(rng, {100, 2'000, 20'000});
  out.speed.sync_max_us = one_of<3>(rng, {200, 1'000, 8'000});
  out.fault_gap_ms = one_of<4>(rng, {20, 100, 300, 1'000});
  // One run in eight has no faults, the others about half of the kinds each.
  const bool calm = rng.below(8) == 0;
  for (bool& fault : out.faults) {
    const bool drawn = rng.chance(0.5);
    fault = drawn && !calm;
  }
  // Some pages a full copy, and not so many that it takes longer than the ten rounds within which all must agree: a
  // page is a question and its answer, which may be longer on their way than a round.
  const Micros slowest_page = 2 * out.weather.delay_max_us + out.speed.sync_max_us;
  const auto rounds_a_page = static_cast<std::uint32_t>(slowest_page / (Micros{1000} * out.gossip_ms)) + 1;
  out.batch_keys = one_of<3>(rng, {512, out.keys / 4 + 1, out.keys * rounds_a_page / 10 + 1});
  out.cache_bytes = one_of<3>(rng, {0, 4u << 10, 8u << 20});
  out.lineage = one_of<4>(rng, {4, 16, 16, 64});
  out.tier = tier;
  out.sessions = one_of<4>(rng, {0, 0, 50, 100});
  // A member is removed once in a run, if at all: so it may be in more of them.
  const bool removes = rng.chance(0.75);
  if (!calm && removes) out.let(Fault::remove, true);
  // In one run of eight little happens, for hours: two or three operations between two rounds of gossip.
  const bool quiet = rng.below(8) == 0;
  const std::uint32_t gossip_ms = one_of<3>(rng, {2'000, 5'000, 10'000});
  const std::uint32_t between_ms = gossip_ms / one_of<2>(rng, {2, 3});  // two operations of whatever client
  const std::uint32_t fault_gap_ms = gossip_ms * one_of<3>(rng, {1, 4, 10});
  if (quiet) {
    out.gossip_ms = gossip_ms;
    out.timeout_ms = 2 * gossip_ms;
    out.think_us = 2'000 * between_ms * out.clients;
    out.fault_gap_ms = fault_gap_ms;
  }
  out.tidy_keys = one_of<3>(rng, {2'000, out.keys / 4 + 1, out.keys / 10 + 1});
  out.burst = one_of<4>(rng, {1, 1, 1, 16});
  if (has_tokens(tier)) {
    out.keys = std::min(out.keys, most_tokens);
    out.clients = std::min(out.clients, most_at_tokens);
    // Schemes are static, and a disk from before is one that forgot without knowing it.
    out.let(Fault::remove, false);
    out.let(Fault::restore, false);
  }
  return out;
}

std::vector<NodeId> node_ids(const Options& options) {
  std::vector<NodeId> out;
  for (std::uint32_t i = 1; i <= options.nodes; ++i) out.emplace_back("n" + std::to_string(i));
  return out;
}

std::string describe(const Options& options) {
  const bool tokens = has_tokens(options.tier);
  std::string out = std::to_string(options.nodes) + " nodes, " + std::to_string(options.keys) +
                    (tokens ? " tokens, " : " keys, ") + std::to_string(options.clients) + " clients, " +
                    std::to_string(options.operations) + " operations (" + std::to_string(options.reads) + "% reads, " +
                    std::to_string(options.deletes) + (tokens ? "% drops" : "% deletes");
  if (!tokens) {
    out += "; of the writes " + std::to_string(options.contexts) + "% with a context, " +
           std::to_string(options.blind) + "% blind; " + std::to_string(options.levels) + "% with R or W above one; " +
           std::to_string(options.sessions) + "% of the clients in a session, the others with " +
           std::to_string(options.burst) + " at once), values of " + std::to_string(options.value_bytes) + " bytes, " +
           std::to_string(options.batch_keys) + " keys a batch, " + std::to_string(options.tidy_keys) +
           " keys tidied a tick, " + std::to_string(options.cache_bytes) + " bytes of cache, " +
           std::to_string(options.lineage) + " versions a lineage";
  } else {
    out += " and creates)";
  }
  out += ", pauses up to " + std::to_string(options.think_us) + " us, requests of " +
         std::to_string(options.timeout_ms) + " ms, gossip every " + std::to_string(options.gossip_ms) + " ms, " +
         std::to_string(std::lround(options.weather.loss * 100)) + "% loss, " +
         std::to_string(std::lround(options.weather.duplicate * 100)) + "% duplicates, delays " +
         std::to_string(options.weather.delay_min_us) + ".." + std::to_string(options.weather.delay_max_us) +
         " us, sync " + std::to_string(options.speed.sync_min_us) + ".." + std::to_string(options.speed.sync_max_us) +
         " us; a fault every " + std::to_string(options.fault_gap_ms) + " ms:";
  bool any = false;
  for (const Fault fault : all_faults()) {
    if (!options.may(fault)) continue;
    any = true;
    out.append(" ").append(name(fault));
  }
  return any ? out : out + " none";
}

std::string flags(const Options& options) {
  const Options drawn = draw(options.seed, options.tier);
  std::string out = options.tier == Options{}.tier ? "" : "--tier " + options.tier + ' ';
  out += "--seed " + std::to_string(options.seed) + " --ops " + std::to_string(options.operations);
  const auto differs = [&](const char* flag, std::uint32_t is, std::uint32_t was) {
    if (is != was) out += std::string(" ") + flag + " " + std::to_string(is);
  };
  differs("--nodes", options.nodes, drawn.nodes);
  differs("--keys", options.keys, drawn.keys);
  differs("--clients", options.clients, drawn.clients);
  std::string set;
  for (const Setting& setting : numbers) {
    const std::uint32_t number = options.*setting.number;
    if (number == drawn.*setting.number) continue;
    set.append(set.empty() ? " --set " : ",").append(setting.name).append("=").append(std::to_string(number));
  }
  out += set;
  std::string without, with;
  for (const Fault fault : all_faults()) {
    if (options.may(fault) == drawn.may(fault)) continue;
    std::string& list = options.may(fault) ? with : without;
    list.append(list.empty() ? "" : ",").append(name(fault));
  }
  if (options.every_disk) out += " --every-disk";
  if (!without.empty()) out += " --without " + without;
  if (!with.empty()) out += " --with " + with;
  return out;
}

tl::expected<std::vector<Fault>, std::string> parse_faults(std::string_view list) {
  std::vector<Fault> out;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view word = list.substr(0, comma);
    const auto fault = fault_named(word);
    if (!fault) return tl::unexpected("there is no fault " + std::string(word));
    out.push_back(*fault);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

std::span<const Setting> settings() { return numbers; }

tl::expected<std::vector<std::pair<Setting, std::uint32_t>>, std::string> parse_settings(std::string_view list) {
  std::vector<std::pair<Setting, std::uint32_t>> out;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view word = list.substr(0, comma), name = word.substr(0, word.find('='));
    const auto setting =
        std::find_if(numbers.begin(), numbers.end(), [&](const Setting& each) { return each.name == name; });
    if (setting == numbers.end()) return tl::unexpected("there is no setting " + std::string(name));
    const std::string_view digits = word.substr(std::min(name.size() + 1, word.size()));
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || digits.empty() || end != digits.data() + digits.size()) {
      return tl::unexpected(std::string(word) + " sets no number");
    }
    out.emplace_back(*setting, number);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return out;
}

}  // namespace kin::sim
