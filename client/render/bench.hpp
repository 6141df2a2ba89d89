// What came of a load, for people and for programs.
#pragma once

#include <string>

#include "client/bench/bench_run.hpp"
#include "client/render/progress.hpp"
#include "client/render/text.hpp"

namespace kin {

namespace text {
std::string bench(const BenchOptions& options, const BenchResult& result, const Style& style);
Progress progress_of(const BenchStage& stage);
}  // namespace text

namespace json {
// One object: the load, operations a second, for each kind its count and latencies in microseconds, failures by status.
std::string bench(const BenchOptions& options, const BenchResult& result);
}  // namespace json

}  // namespace kin
