// Micro-benchmarks: what the parts of a node's hot path cost by themselves, without sockets and threads.
//
//   kin-micro [--benchmark_filter=REGEX] [--benchmark_format=json]     Google Benchmark's flags; --help lists them
//
// A part that does not do what it is measured for is reported as an error. Exit code: 0; 1 after an error; 2 for a flag
// that is not known, or a filter that nothing matches.
#include "tests/bench/micro.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/causality/dotted_entry.hpp"
#include "common/wire/envelope.hpp"
#include "common/wire/replies.hpp"
#include "common/wire/requests.hpp"

namespace {

using benchmark::State;
using kin::Actor;
using kin::Dot;
using kin::DotSet;
using kin::micro::key_of;
using kin::micro::StoreFolder;
using kin::micro::wrong;

bool all_well = true;

Actor actor(int node) { return {kin::NodeId("n" + std::to_string(node)), {1'000'000'000, 1}}; }

// Codec

kin::wire::AddUpdate request() {
  kin::wire::AddUpdate out{"default", key_of(7), std::string(100, 'v'), kin::wire::Seen::overwrite};
  out.operation = "bench-0123abcd.1:12345";
  return out;
}

kin::wire::Envelope envelope() {
  kin::wire::Envelope out;
  out.cluster = "bench";
  out.kind = kin::wire::Kind::add_update;
  out.request_id = 12345;
  out.sender = "user@host:1234";
  out.deadline_ms = 2000;
  return out;
}

void codec_append_request(State& state) {
  const auto body = request();
  const auto head = envelope();
  std::string message;
  for (auto _ : state) {
    message.clear();
    kin::wire::append_item(message, head, body);
    benchmark::DoNotOptimize(message.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * message.size()));
}
BENCHMARK(codec_append_request);

void codec_read_request(State& state) {
  std::string message;
  kin::wire::append_item(message, envelope(), request());
  for (auto _ : state) {
    std::size_t offset = 0;
    const auto item = kin::wire::next_item(message, offset);
    if (!item) return wrong(state, "no item");
    const auto read = kin::wire::decode<kin::wire::AddUpdate>(item->body);
    if (!read || read->value.size() != 100) return wrong(state, "no request");
    benchmark::DoNotOptimize(read->key.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * message.size()));
}
BENCHMARK(codec_read_request);

void codec_encode_sibling(State& state) {
  kin::Sibling sibling;
  sibling.value = std::string(100, 'v');
  for (int node = 1; node <= 5; ++node) sibling.clock.raise(kin::NodeId("n" + std::to_string(node)), 1000);
  sibling.operation = "bench-0123abcd.1:12345";
  sibling.client = "user@host:1234";
  for (auto _ : state) benchmark::DoNotOptimize(kin::wire::encode(sibling));
}
BENCHMARK(codec_encode_sibling);

// Dotted entry

kin::Siblings siblings(std::int64_t count) {
  kin::Siblings out;
  for (std::int64_t i = 0; i < count; ++i) {
    kin::Sibling one;
    one.value = std::string(100, 'v');
    one.clock.raise("n1", static_cast<std::uint64_t>(i + 1));
    out[Dot{actor(1 + static_cast<int>(i % 5)), static_cast<std::uint64_t>(i / 5 + 1)}] = one;
  }
  return out;
}

DotSet dots_of(const kin::Siblings& values) {
  DotSet out;
  for (const auto& [dot, value] : values) out.add(dot);
  return out;
}

void entry_merge_same(State& state) {
  const auto values = siblings(state.range(0));
  const DotSet clock, context = dots_of(values);
  const kin::Past past(clock, context);
  for (auto _ : state) {
    const auto merged = kin::merge_siblings(values, past, values, past);
    if (merged.size() != values.size()) return wrong(state, "a merge with itself changed the entry");
    benchmark::DoNotOptimize(&merged);
  }
}
BENCHMARK(entry_merge_same)->Arg(1)->Arg(8)->Arg(64);

// What a write does to an entry: it takes out what it had seen, and gets its clock.
void entry_replace(State& state) {
  const auto values = siblings(state.range(0));
  const DotSet context = dots_of(values);
  for (auto _ : state) {
    kin::Siblings stay = values;
    const auto replaced = kin::take_covered(stay, context);
    if (!stay.empty()) return wrong(state, "a seen value stays");
    benchmark::DoNotOptimize(kin::next_entry_clock("n1", {}, replaced, stay));
  }
}
BENCHMARK(entry_replace)->Arg(1)->Arg(8)->Arg(64);

// Node clock

DotSet clock_of_five(std::uint64_t base) {
  DotSet out;
  for (int node = 1; node <= 5; ++node) out.add(actor(node), kin::CounterSet::up_to(base));
  return out;
}

void clock_add_next(State& state) {
  DotSet clock = clock_of_five(1);
  std::uint64_t next = 1;
  const Actor me = actor(3);
  for (auto _ : state) clock.add({me, ++next});
  if (clock.top(me) != next) wrong(state, "the clock lost a dot");
}
BENCHMARK(clock_add_next);

void clock_has(State& state) {
  const DotSet clock = clock_of_five(1'000'000);
  const Dot dot{actor(5), 999'999};
  for (auto _ : state) {
    bool has = clock.base_has(dot);
    if (!has) return wrong(state, "the clock lacks a dot");
    benchmark::DoNotOptimize(has);
  }
}
BENCHMARK(clock_has);

void clock_join(State& state) {
  const DotSet mine = clock_of_five(1'000'000), theirs = clock_of_five(1'000'256);
  for (auto _ : state) {
    DotSet joined = mine;
    joined.join(theirs);
    benchmark::DoNotOptimize(&joined);
    if (joined.top(actor(1)) != 1'000'256) return wrong(state, "a join lost dots");
  }
}
BENCHMARK(clock_join);

void clock_minus(State& state) {
  const DotSet mine = clock_of_five(1'000'000), theirs = clock_of_five(1'000'256);
  for (auto _ : state) {
    const auto missing = theirs.minus(mine);
    if (missing.size() != 5) return wrong(state, "not what is missing");
    benchmark::DoNotOptimize(&missing);
  }
}
BENCHMARK(clock_minus);

// Store: LevelDB as a node opens it, without sync

constexpr std::uint64_t stored_keys = 100'000;

kin::WriteBatch batch_from(std::uint64_t first, std::uint64_t count) {
  kin::WriteBatch out;
  for (std::uint64_t i = 0; i < count; ++i) out[key_of((first + i) % stored_keys)] = std::string(150, 'e');
  return out;
}

void store_commit(State& state) {
  StoreFolder folder;
  if (folder.store() == nullptr) return wrong(state, "no store");
  const auto count = static_cast<std::uint64_t>(state.range(0));
  std::vector<kin::WriteBatch> batches;
  for (std::uint64_t first = 0; first < stored_keys; first += 1000) batches.push_back(batch_from(first, count));
  std::size_t next = 0;
  for (auto _ : state) {
    if (!folder.store()->commit(batches[next])) return wrong(state, "a commit failed");
    next = (next + 1) % batches.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(count * state.iterations()));
}
BENCHMARK(store_commit)->Arg(16)->Arg(256);

void store_get(State& state) {
  StoreFolder folder;
  if (folder.store() == nullptr) return wrong(state, "no store");
  for (std::uint64_t next = 0; next < stored_keys; next += 1000) {
    if (!folder.store()->commit(batch_from(next, 1000))) return wrong(state, "a commit failed");
  }
  std::uint64_t at = 0;
  for (auto _ : state) {
    at = (at + 61'803) % stored_keys;  // all of them, neighbours far apart
    const auto found = folder.store()->get(key_of(at));
    if (!found) return wrong(state, "a key is missing");
    benchmark::DoNotOptimize(found->data());
  }
}
BENCHMARK(store_get);

void store_overlay(State& state) {
  StoreFolder folder;
  if (folder.store() == nullptr) return wrong(state, "no store");
  kin::Overlay overlay(*folder.store(), "c");
  const std::string value(150, 'e');
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < 256; ++i) overlay.put(key_of(i * 390), value);
    const auto taken = overlay.take();
    if (taken.size() != 256) return wrong(state, "the overlay lost a write");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(256 * state.iterations()));
}
BENCHMARK(store_overlay);

}  // namespace

namespace kin::micro {

void wrong(State& state, const char* what) {
  all_well = false;
  state.SkipWithError(what);
}

std::string key_of(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return "key-" + std::string(12 - digits.size(), '0') + digits;
}

StoreFolder::StoreFolder() {
  std::string name = std::filesystem::temp_directory_path() / "kin-micro-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
  auto opened = LevelDbStore::open(path_ + "/store", {Durability::os, true, nullptr});
  if (opened) store_ = std::move(*opened);
}

StoreFolder::~StoreFolder() {
  store_.reset();
  std::filesystem::remove_all(path_);
}

}  // namespace kin::micro

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  if (benchmark::RunSpecifiedBenchmarks() == 0) return 2;  // it has said so
  return all_well ? 0 : 1;
}
