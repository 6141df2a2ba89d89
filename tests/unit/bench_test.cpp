// What a load draws and what it counts, by itself; tests/process/bench_usage.py runs whole loads.
#include <rapidcheck/catch.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "client/bench/latency_histogram.hpp"
#include "client/bench/workload.hpp"
#include "client/bench/zipf.hpp"

using namespace kin;

TEST_CASE("percentiles of a histogram are those of the sorted values, within 1.6 per cent above") {
  rc::check([] {
    const auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint64_t>>(
        rc::gen::map(rc::gen::pair(rc::gen::arbitrary<std::uint32_t>(), rc::gen::inRange(0, 30)),
                     [](const auto& drawn) { return std::uint64_t{drawn.first} << drawn.second; })));
    LatencyHistogram all, half, other;
    for (std::size_t i = 0; i < values.size(); ++i) {
      all.add(values[i]);
      (i % 2 == 0 ? half : other).add(values[i]);
    }
    half.join(other);
    std::vector<std::uint64_t> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    RC_ASSERT(all.count() == values.size());
    RC_ASSERT(all.max_ns() == sorted.back());
    for (const double share : {0.001, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const auto place = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size()))) - 1;
      const std::uint64_t exact = sorted[place], told = all.at_share_ns(share);
      RC_ASSERT(told >= exact);
      RC_ASSERT(static_cast<double>(told) <= static_cast<double>(exact) * 1.016 + 1);
      RC_ASSERT(half.at_share_ns(share) == told);
    }
  });
  CHECK(LatencyHistogram().at_share_ns(0.99) == 0);
}

TEST_CASE("a Zipf draw of exponent 0.99: ranks come as often as one through rank to its power") {
  const Zipf zipf(1000);
  std::vector<double> times(1000);
  constexpr int draws = 400'000;
  for (int i = 0; i < draws; ++i) {
    const std::uint64_t rank = zipf.rank((i + 0.5) / draws);
    REQUIRE(rank < times.size());
    times[rank] += 1.0 / draws;
  }
  double zeta = 0;
  for (int i = 1; i <= 1000; ++i) zeta += std::pow(i, -0.99);
  CHECK(times[0] == Approx(1 / zeta).epsilon(0.01));
  CHECK(times[1] == Approx(std::pow(2, -0.99) / zeta).epsilon(0.01));
  // Beyond the second the method is an approximation of the whole, not of each rank.
  double drawn = 0, wanted = 0;
  for (int i = 0; i < 100; ++i) {
    drawn += times[static_cast<std::size_t>(i)];
    wanted += std::pow(i + 1, -0.99) / zeta;
  }
  CHECK(drawn == Approx(wanted).epsilon(0.02));
  CHECK(times[0] > 100 * times[999]);
  CHECK(Zipf(1).rank(0.999) == 0);
  CHECK(Zipf(2).rank(0.999) == 1);
}

TEST_CASE("each mix draws its acts in its shares, and the same ones for one seed") {
  for (const Mix& mix : mixes()) {
    INFO(mix.name);
    CHECK(mix.read + mix.update + mix.insert + mix.modify == 100);
    CHECK(mix_named(mix.name) == &mix);
    KeySpace keys{100}, again{100};
    const Zipf zipf(100);
    Workload one(mix, mix.favour, keys, zipf, 7), same(mix, mix.favour, again, zipf, 7);
    double acts[number_of_acts] = {};
    for (int i = 0; i < 10'000; ++i) {
      const auto step = one.next();
      const auto twin = same.next();
      REQUIRE((step.act == twin.act && step.key == twin.key));
      REQUIRE(step.key < keys.size);
      ++acts[static_cast<std::size_t>(step.act)];
    }
    CHECK(acts[0] == Approx(100.0 * mix.read).margin(250));
    CHECK(acts[1] == Approx(100.0 * mix.update).margin(250));
    CHECK(acts[2] == Approx(100.0 * mix.insert).margin(250));
    CHECK(acts[3] == Approx(100.0 * mix.modify).margin(250));
    CHECK(static_cast<double>(keys.size) == 100 + acts[2]);
  }
  CHECK(mix_named("e") == nullptr);
}

TEST_CASE("latest favours the keys that were inserted last") {
  KeySpace keys{1000};
  const Zipf zipf(1000);
  Workload load(*mix_named("c"), Favour::latest, keys, zipf, 1);
  int last_tenth = 0;
  for (int i = 0; i < 1000; ++i) last_tenth += load.next().key >= 900 ? 1 : 0;
  CHECK(last_tenth > 600);
}
