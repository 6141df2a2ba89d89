#include "client/render/bench.hpp"

#include <array>
#include <cstdio>

#include "client/json_bytes.hpp"
#include "client/render/bytes.hpp"
#include "client/render/table.hpp"
#include "client/render/wording.hpp"

namespace kin {
namespace {

struct Share {
  const char* name;   // of a column
  const char* field;  // of JSON
  double share;
};
constexpr std::array shares{Share{"p50", "p50_us", 0.5}, Share{"p90", "p90_us", 0.9}, Share{"p99", "p99_us", 0.99},
                            Share{"p99.9", "p999_us", 0.999}};

double micros(double nanoseconds) { return nanoseconds / 1000; }

std::string decimals(double value, int digits) {
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%.*f", digits, value);
  return out.data();
}

// 18 us, 1.82 ms, 1.82 s: three figures are what a measurement is worth.
std::string time_text(double nanoseconds) {
  const double us = micros(nanoseconds);
  if (us < 1000) return decimals(us, us < 10 ? 1 : 0) + " us";
  if (us < 1e6) return decimals(us / 1000, us < 1e4 ? 2 : 1) + " ms";
  return decimals(us / 1e6, 2) + " s";
}

std::string counted(std::size_t n, const char* one) { return std::to_string(n) + ' ' + one + (n == 1 ? "" : "s"); }

std::string first_line(const BenchOptions& options) {
  const BenchPlan& plan = options.plan;
  std::string out = std::string(plan.mix->name) + ": " + std::string(plan.mix->what) + "; " +
                    counted(options.keys, "key") + ", " + name(plan.favour) + ", values of " +
                    counted(plan.value_bytes, "byte") + "; " + counted(options.clients, "client") + ", " +
                    std::to_string(plan.depth) + " in flight each" + (plan.one_a_message ? ", one a message" : "");
  if (plan.rate > 0) out += ", " + rate_text(plan.rate * static_cast<double>(options.clients)) + " wanted";
  return out + '\n';
}

}  // namespace

text::Progress text::progress_of(const BenchStage& stage) {
  const auto done = static_cast<double>(stage.done);
  Progress out;
  out.rate = stage.seconds > 0 ? done / stage.seconds : 0;
  out.failed = stage.failed;
  if (stage.loading) {
    out.part = stage.of > 0 ? done / static_cast<double>(stage.of) : 1;
    out.done = std::to_string(stage.done) + " of " + counted(stage.of, "key") + " written";
  } else {
    out.part = stage.of_seconds > 0 ? stage.seconds / stage.of_seconds : 1;
    out.done = decimals(stage.seconds, 0) + " of " + decimals(stage.of_seconds, 0) + " s";
  }
  return out;
}

std::string text::bench(const BenchOptions& options, const BenchResult& result, const Style& style) {
  const BenchTally& tally = result.tally;
  std::string out = first_line(options);
  if (result.interrupted) out += "interrupted after " + decimals(result.seconds, 1) + " s\n";
  Table table({"kind", "operations", "rate", "p50", "p90", "p99", "p99.9", "max"},
              {"operations", "rate", "p50", "p90", "p99", "p99.9", "max"});
  LatencyHistogram all;
  std::size_t kinds = 0;
  const auto row = [&](const char* kind, const LatencyHistogram& one) {
    std::vector<std::string> cells{kind, std::to_string(one.count()),
                                   rate_text(static_cast<double>(one.count()) / result.seconds)};
    for (const Share& share : shares) cells.push_back(time_text(static_cast<double>(one.at_share_ns(share.share))));
    cells.push_back(time_text(static_cast<double>(one.max_ns())));
    table.row(std::move(cells));
  };
  for (std::size_t i = 0; i < tally.latencies.size(); ++i) {
    if (tally.latencies[i].count() == 0) continue;
    row(name(static_cast<Act>(i)), tally.latencies[i]);
    all.join(tally.latencies[i]);
    ++kinds;
  }
  if (kinds > 1) row("all", all);
  if (kinds > 0) out += table.print(style.palette);
  for (const auto& [status, count] : tally.failures) {
    out += "  failed      " + std::to_string(count) + ' ' + std::string(name(status)) + '\n';
  }
  if (tally.first_failure) out += "  the first   " + escaped(tally.first_failure->message) + '\n';
  if (tally.conflicts > 0)
    out += "  conflicts   " + std::to_string(tally.conflicts) + " replies showed several values\n";
  if (tally.absent > 0) out += "  not found   " + std::to_string(tally.absent) + " reads\n";
  if (tally.done() > 0) {
    out += "  client CPU  " + decimals(result.client_cpu_seconds * 1e6 / static_cast<double>(tally.done()), 2) +
           " us an operation\n";
  }
  return out;
}

std::string json::bench(const BenchOptions& options, const BenchResult& result) {
  const BenchPlan& plan = options.plan;
  const BenchTally& tally = result.tally;
  nlohmann::ordered_json out{{"mix", plan.mix->name},
                             {"keys", options.keys},
                             {"distribution", name(plan.favour)},
                             {"value_bytes", plan.value_bytes},
                             {"clients", options.clients},
                             {"depth", plan.depth},
                             {"one_a_message", plan.one_a_message},
                             {"rate_wanted", plan.rate * static_cast<double>(options.clients)},
                             {"seconds", result.seconds},
                             {"interrupted", result.interrupted},
                             {"operations", tally.done()},
                             {"rate", result.rate()},
                             {"kinds", nlohmann::ordered_json::object()},
                             {"failed", tally.failed()},
                             {"failures", nlohmann::ordered_json::object()},
                             {"conflicts", tally.conflicts},
                             {"not_found", tally.absent},
                             {"client_cpu_seconds", result.client_cpu_seconds}};
  for (std::size_t i = 0; i < tally.latencies.size(); ++i) {
    const LatencyHistogram& one = tally.latencies[i];
    if (one.count() == 0) continue;
    nlohmann::ordered_json kind{{"operations", one.count()}, {"mean_us", micros(one.mean_ns())}};
    for (const Share& share : shares) kind[share.field] = micros(static_cast<double>(one.at_share_ns(share.share)));
    kind["max_us"] = micros(static_cast<double>(one.max_ns()));
    out["kinds"][name(static_cast<Act>(i))] = std::move(kind);
  }
  for (const auto& [status, count] : tally.failures) out["failures"][std::string(name(status))] = count;
  return json_line(out) + '\n';
}

}  // namespace kin
