#include "client/bench/workload.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kin {
namespace {

// Popular keys must not be neighbours: they would share blocks of the store, and be favoured twice.
std::uint64_t scattered(std::uint64_t rank) {
  std::uint64_t z = rank + 0x9E3779B97F4A7C15ull;  // splitmix64
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

}  // namespace

const char* name(Act act) {
  switch (act) {
    case Act::read: return "read";
    case Act::update: return "update";
    case Act::insert: return "insert";
    case Act::modify: return "modify";
  }
  return "";
}

const char* name(Favour favour) {
  switch (favour) {
    case Favour::uniform: return "uniform";
    case Favour::zipfian: return "zipfian";
    case Favour::latest: return "latest";
  }
  return "";
}

const std::vector<Mix>& mixes() {
  static const std::vector<Mix> all{
      {"get", "reads", 100, 0, 0, 0, Favour::uniform},
      {"put", "updates", 0, 100, 0, 0, Favour::uniform},
      {"a", "half reads, half updates", 50, 50, 0, 0, Favour::zipfian},
      {"b", "95 % reads, 5 % updates", 95, 5, 0, 0, Favour::zipfian},
      {"c", "reads", 100, 0, 0, 0, Favour::zipfian},
      {"d", "95 % reads of the latest keys, 5 % inserts", 95, 0, 5, 0, Favour::latest},
      {"f", "half reads, half read, change and write", 50, 0, 0, 50, Favour::zipfian},
  };
  return all;
}

const Mix* mix_named(std::string_view name) {
  const auto found = std::find_if(mixes().begin(), mixes().end(), [&](const Mix& mix) { return mix.name == name; });
  return found == mixes().end() ? nullptr : &*found;
}

std::string key_numbered(std::string_view prefix, std::uint64_t number) {
  std::string key;
  put_key_numbered(key, prefix, number);
  return key;
}

void put_key_numbered(std::string& key, std::string_view prefix, std::uint64_t number) {
  constexpr std::size_t digits = 12;
  std::array<char, 20> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  const auto size = static_cast<std::size_t>(end - text.data());
  key.assign(prefix).append(digits - std::min(digits, size), '0').append(text.data(), size);
}

Workload::Workload(const Mix& mix, Favour favour, KeySpace& keys, const Zipf& zipf, std::uint64_t seed)
    : mix_(mix), favour_(favour), keys_(keys), zipf_(zipf), random_(seed) {}

std::uint64_t Workload::any_key() {
  const std::uint64_t keys = std::max<std::uint64_t>(keys_.size.load(std::memory_order_relaxed), 1);
  switch (favour_) {
    case Favour::uniform: break;
    case Favour::zipfian: return scattered(zipf_.rank(even())) % keys;
    case Favour::latest: return keys - 1 - std::min(zipf_.rank(even()), keys - 1);
  }
  return random_() % keys;
}

Workload::Step Workload::next() {
  const unsigned drawn = random_() % 100;
  if (drawn < mix_.read) return {Act::read, any_key()};
  if (drawn < mix_.read + mix_.update) return {Act::update, any_key()};
  if (drawn < mix_.read + mix_.update + mix_.insert) return {Act::insert, keys_.size.fetch_add(1)};
  return {Act::modify, any_key()};
}

}  // namespace kin
