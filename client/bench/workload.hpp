// What a load asks for: which share of its operations does what, and to which keys.
//
// Mixes a, b, c, d and f are those of YCSB (Cooper et al., "Benchmarking Cloud Serving Systems with YCSB", SoCC 2010,
// table 2); e, short ranges, has no counterpart here.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "client/bench/zipf.hpp"

namespace kin {

enum class Act : std::uint8_t { read, update, insert, modify };  // modify: a read, then a write with its context
inline constexpr std::size_t number_of_acts = 4;
const char* name(Act act);

enum class Favour : std::uint8_t { uniform, zipfian, latest };  // which keys are asked for
const char* name(Favour favour);

struct Mix {
  std::string_view name;
  std::string_view what;                                  // for people
  unsigned read = 0, update = 0, insert = 0, modify = 0;  // per cent, a hundred in all
  Favour favour = Favour::uniform;

  bool needs_keys() const { return update < 100; }  // must find them there
};

const std::vector<Mix>& mixes();
const Mix* mix_named(std::string_view name);

// The keys that there are, shared by all clients of a load: 0..size-1.
struct KeySpace {
  std::atomic<std::uint64_t> size;
};

std::string key_numbered(std::string_view prefix, std::uint64_t number);
// The same into a string whose memory is used again.
void put_key_numbered(std::string& key, std::string_view prefix, std::uint64_t number);

// One client's draws: the same for one seed and the same `keys`.
class Workload {
 public:
  // `keys` and `zipf` (over the keys that there were at the beginning) outlive it.
  Workload(const Mix& mix, Favour favour, KeySpace& keys, const Zipf& zipf, std::uint64_t seed);

  struct Step {
    Act act = Act::read;
    std::uint64_t key = 0;
  };
  Step next();
  // True for so many of a hundred calls.
  bool per_cent(unsigned share) { return random_() % 100 < share; }

 private:
  std::uint64_t any_key();
  double even() { return static_cast<double>(random_() >> 11) * 0x1.0p-53; }

  const Mix& mix_;
  Favour favour_;
  KeySpace& keys_;
  const Zipf& zipf_;
  std::mt19937_64 random_;
};

}  // namespace kin
