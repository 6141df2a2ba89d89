#include "node/protocols/atomic/token_scan.hpp"

#include <openssl/evp.h>
#include <rapidcheck/catch.h>

#include <array>
#include <catch2/catch.hpp>
#include <limits>

namespace kin::atomic {
namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

// H by the words of its definition, with another part of OpenSSL.
std::uint64_t plain_hash(const std::string& name, std::uint64_t x) {
  const std::string text = name + ' ' + std::to_string(x);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  REQUIRE(size == 32);
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8 | digest[i];
  return out;
}

wire::TokenMinimum plain_minimum(const std::string& name, std::uint64_t low, std::uint64_t high) {
  wire::TokenMinimum best{low, plain_hash(name, low)};
  for (std::uint64_t x = low + 1; x < high; ++x) {
    const std::uint64_t hash = plain_hash(name, x);
    if (hash < best.hash) best = {x, hash};
  }
  return best;
}

struct Watch : JobWatch {
  bool cancelled() const override { return ++asked > cancelled_from; }
  void progress(std::uint64_t done, std::uint64_t total) override { told.emplace_back(done, total); }

  mutable std::uint64_t asked = 0;
  std::uint64_t cancelled_from = largest;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> told;
};

void check_scan(const std::string& name, std::uint64_t low, std::uint64_t mid, std::uint64_t high) {
  Watch watch;
  const auto value = scan(name, low, mid, high, watch);
  REQUIRE(value);
  CAPTURE(name, low, mid, high);
  CHECK(value->name == name);
  CHECK(value->low == low);
  CHECK(value->mid == mid);
  CHECK(value->high == high);
  CHECK(value->final == plain_minimum(name, low, high));
  CHECK(value->partial.has_value() == (low < mid));
  if (low < mid && value->partial) CHECK(*value->partial == plain_minimum(name, low, mid));
}

}  // namespace

TEST_CASE("H is the beginning of SHA-256 over the name, a space and the number") {
  // printf 'hello 10' | sha256sum, printf ' 0' | sha256sum
  CHECK(token_hash("hello", 10) == 0x999ffa95fe03a395);
  CHECK(token_hash("", 0) == 0xf00d9ca07f97df03);
}

TEST_CASE("H of names of all lengths is what another implementation says") {
  for (std::size_t length = 0; length <= 200; ++length) {
    const std::string name(length, static_cast<char>('a' + length % 26));
    for (const std::uint64_t x : {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{1234567890}, largest}) {
      CAPTURE(length, x);
      CHECK(token_hash(name, x) == plain_hash(name, x));
    }
  }
}

TEST_CASE("A scan finds what a plain search finds, whatever the length of the name") {
  for (std::size_t length = 0; length <= 200; ++length) check_scan(std::string(length, 'n'), 5, 60, 120);
}

TEST_CASE("A scan finds what a plain search finds, over random ranges") {
  rc::check([] {
    const auto name = *rc::gen::arbitrary<std::string>();
    const auto digits = *rc::gen::inRange<std::uint64_t>(0, 20);
    std::uint64_t low = 1;
    for (std::uint64_t i = 0; i < digits; ++i) low *= 10;
    low -= *rc::gen::inRange<std::uint64_t>(0, std::min<std::uint64_t>(low, 200));
    const auto length = *rc::gen::inRange<std::uint64_t>(1, 400);
    const std::uint64_t high = low + std::min(length, largest - low);
    if (high == low) return;
    check_scan(name, low, low + *rc::gen::inRange<std::uint64_t>(0, high - low), high);
  });
}

TEST_CASE("A scan counts from nine to ten and from each number of nines to the next") {
  check_scan("name", 0, 9, 11);
  check_scan("name", 8, 10, 101);
  std::uint64_t power = 10;
  for (int digits = 1; digits < 20; ++digits, power *= 10) {
    check_scan("name", power - 3, power, power + 3);
    check_scan("name", power - 1, power - 1, power);
  }
}

TEST_CASE("A scan ends before the largest number there is") {
  check_scan("name", largest - 10, largest - 5, largest);
  check_scan("name", largest - 1, largest - 1, largest);
}

TEST_CASE("Ranges of one number, and an empty first range") {
  check_scan("name", 0, 0, 1);
  check_scan("name", 7, 7, 8);
  check_scan("name", 7, 7, 100);
  check_scan("name", 7, 8, 9);
}

TEST_CASE("The ranges of a longer scan join without a gap and without a number twice") {
  check_scan("name", 99'000, 131'072, 140'000);
}

TEST_CASE("A scan tells how far it is, and nothing that goes back") {
  Watch watch;
  REQUIRE(scan("name", 0, 50'000, 200'000, watch));
  REQUIRE(watch.told.size() > 5);
  for (std::size_t i = 0; i < watch.told.size(); ++i) {
    CHECK(watch.told[i].second == 200'000);
    CHECK(watch.told[i].first < 200'000);
    if (i > 0) CHECK(watch.told[i].first > watch.told[i - 1].first);
  }
}

TEST_CASE("A scan that is cancelled ends within some thousand numbers") {
  Watch watch;
  watch.cancelled_from = 3;
  CHECK(!scan("name", 0, 1u << 30, 1u << 31, watch));
  CHECK(watch.told.size() == 3);
  CHECK(watch.told.back().first < 100'000);
  Watch in_second_part;
  in_second_part.cancelled_from = 3;
  CHECK(!scan("name", 0, 1, 1u << 31, in_second_part));
}

}  // namespace kin::atomic
