#include "driver/sim_runs/command_line.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "common/listed.hpp"
#include "common/wire/status.hpp"
#include "node/protocols/registry.hpp"

namespace kin::sim {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A..B, or a single one.
bool parse_seeds(const std::string& text, CommandLine& line) {
  const std::size_t dots = text.find("..");
  const auto first = number(text.substr(0, dots));
  const auto last = dots == std::string::npos ? first : number(text.substr(dots + 2));
  if (!first || !last || *last < *first) return false;
  line.first = *first;
  line.last = *last;
  return true;
}

}  // namespace

Options CommandLine::options(std::uint64_t seed) const {
  Options out = draw(seed, tier);
  out.operations = operations.value_or(out.operations);
  out.nodes = nodes.value_or(out.nodes);
  out.keys = keys.value_or(out.keys);
  out.clients = clients.value_or(out.clients);
  for (const auto& [setting, value] : set) out.*setting.number = value;
  out.every_disk = every_disk;
  if (only) out.faults.fill(false);
  for (const Fault fault : without) out.let(fault, false);
  for (const Fault fault : with) out.let(fault, true);
  return out;
}

tl::expected<CommandLine, NothingToRun> parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  line.jobs = static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
  std::string seeds, seed, set, without, with, only;
  CLI::App app("Runs whole clusters in virtual time, each from a seed, under faults, and judges them.", "kin-sim");
  app.add_option("--seeds", seeds, "A..B: these seeds (1..100)");
  app.add_option("--seed", seed, "one seed");
  app.add_option("--ops", line.operations, "operations of a run (5000)")->check(CLI::Range(1, 10'000'000));
  app.add_option("--tier", line.tier, "whose clients come: a tier of kin's (causal)");
  app.add_option("--jobs", line.jobs, "processes at once (one a core)")->check(CLI::Range(1, 1024));
  app.add_option("--nodes", line.nodes, "instead of what the seed draws")->check(CLI::Range(1, 9));
  app.add_option("--keys", line.keys, "instead of what the seed draws")->check(CLI::Range(1, 1'000'000));
  app.add_option("--clients", line.clients, "instead of what the seed draws")->check(CLI::Range(1, 10'000));
  app.add_option("--set", set, "NAME=NUMBER, comma-separated: other numbers instead of what the seed draws");
  app.add_option("--without", without, "faults that do not happen, comma-separated");
  app.add_option("--with", with, "faults that may happen beside those that the seed draws");
  app.add_option("--only", only, "the only faults that may happen; `none` for none");
  app.add_flag("--every-disk", line.every_disk, "disks of several nodes may be lost or restored, not of one only");
  app.add_flag("--trace", line.trace, "print all that happens (one seed)");
  app.add_option("--history", line.history, "write what clients did and saw to this file (one seed)");
  app.add_flag("--hashes", line.hashes, "print a line with the trace hash for every seed");
  app.add_flag("!--no-shrink", line.shrink, "do not look for a shorter run that fails too");
  app.add_option("--check-every", line.check_every,
                 "of how many seeds one is judged by check causal too (10); 0: none");
  app.add_option("--explained", line.explained, "fail where fewer conflicts were explained and judged (0)");
  app.add_option("--each-fault", line.each_fault, "fail where a kind of fault that may happen came less often (0)");
  const int usage = exit_code(Status::usage);
  const auto wrong = [&](const std::string& sentence) {
    return tl::unexpected(NothingToRun{"kin-sim: " + sentence + "\nkin-sim --help tells what there is\n", usage});
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return tl::unexpected(NothingToRun{app.help(), 0});
  } catch (const CLI::ParseError& error) {
    return wrong(error.what());
  }
  if (find_protocol(line.tier) == nullptr) {
    return wrong("there is no tier " + line.tier + "; there are " +
                 listed(protocols(), ", ", [](const ProtocolEntry& entry) { return entry.name; }));
  }
  if (!seeds.empty() && !seed.empty()) return wrong("--seed and --seeds say two things");
  for (const std::string& text : {seeds, seed}) {
    if (!text.empty() && !parse_seeds(text, line)) return wrong(text + " is neither a seed nor a range such as 1..100");
  }
  if ((line.trace || !line.history.empty()) && line.first != line.last) {
    return wrong("--trace and --history are for one seed: say --seed");
  }
  auto numbers = parse_settings(set);
  if (!numbers) {
    return wrong(numbers.error() + "; there are " +
                 listed(settings(), ", ", [](const Setting& setting) { return setting.name; }));
  }
  line.set = std::move(*numbers);
  line.only = !only.empty();
  if (only == "none") only.clear();
  for (const auto& [text, list] : {std::pair(&without, &line.without), {&with, &line.with}, {&only, &line.with}}) {
    auto faults = parse_faults(*text);
    if (!faults) {
      return wrong(faults.error() + "; there are " +
                   listed(all_faults(), ", ", [](Fault fault) { return name(fault); }));
    }
    list->insert(list->end(), faults->begin(), faults->end());
  }
  return line;
}

}  // namespace kin::sim
