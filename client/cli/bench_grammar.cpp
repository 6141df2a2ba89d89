#include <cstdint>
#include <map>
#include <memory>

#include "client/cli/argument_values.hpp"
#include "client/cli/grammar.hpp"

namespace kin {

void Grammar::bench_command() {
  auto made = std::make_shared<BenchCommand>();
  auto texts = std::make_shared<std::map<std::string, std::string>>();
  std::vector<std::string> names;
  std::string about = "Mixes:";
  for (const Mix& mix : mixes()) {
    names.emplace_back(mix.name);
    about.append("\n  ").append(mix.name).append(std::string(6 - mix.name.size(), ' ')).append(mix.what);
  }
  CLI::App* bench = command(app, "bench", "a load, and how long the answers took");
  bench->footer(about);
  bench->add_option("MIX", made->mix, "what the operations are (a)")->check(CLI::IsMember(names));
  bench->add_option("--keys", made->keys, "how many, written first where the mix reads (1000)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000'000}));
  bench->add_option("--value-size", made->value_bytes, "bytes of a value, at least the 20 to 30 of its name (100)")
      ->check(CLI::Range(std::size_t{0}, std::size_t{1} << 20));
  bench->add_option("--distribution", (*texts)["--distribution"], "which keys: uniform, zipfian or latest (the mix's)")
      ->check(CLI::IsMember(std::vector<std::string>{"uniform", "zipfian", "latest"}));
  bench->add_option("--clients", made->clients, "each with a connection and a thread of its own (1)")
      ->check(CLI::Range(std::size_t{1}, std::size_t{256}));
  bench->add_option("--depth", made->depth, "operations in flight of each client (16)")
      ->check(CLI::Range(std::size_t{1}, std::size_t{4096}));
  bench->add_flag("--one-a-message", made->one_a_message,
                  "do not send together what is queued, to see what that is worth");
  bench->add_option("-R", (*texts)["-R"], "how many nodes a read asks: a number, quorum or all")->type_name("N");
  bench->add_option("-W", (*texts)["-W"], "how many nodes must have a write on disk")->type_name("N");
  bench->add_option("--duration", (*texts)["--duration"], "how long (10s)")->type_name("TIME");
  bench
      ->add_option("--rate", made->rate,
                   "operations a second; then latencies count from when an operation was due (as many as go)")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1'000'000'000}));
  bench->add_option("--unseeing", (*texts)["--unseeing"],
                    "per cent of the writes that have seen nothing, so that siblings arise (0)");
  bench->add_flag("!--no-load", made->load, "the keys are there already");
  bench->add_option("--seed", made->seed, "of the draws (1)")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{INT64_MAX}));  // what is too large is read as UINT64_MAX
  bench->add_option("--prefix", made->prefix, "of all keys (bench-)");
  commands[bench] = [made, texts] {
    const auto given = [&](const char* flag) -> const std::string& { return texts->at(flag); };
    for (const Favour favour : {Favour::uniform, Favour::zipfian, Favour::latest}) {
      if (given("--distribution") == name(favour)) made->favour = favour;
    }
    if (!given("-R").empty()) made->read = checked("-R", parse_level(given("-R")));
    if (!given("-W").empty()) made->write = checked("-W", parse_level(given("-W")));
    if (!given("--duration").empty()) made->duration = checked("--duration", parse_duration(given("--duration")));
    if (!given("--unseeing").empty()) made->unseeing = checked("--unseeing", parse_percent(given("--unseeing")));
    return *made;
  };
}

}  // namespace kin
