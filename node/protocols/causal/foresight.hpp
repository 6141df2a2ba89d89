// To look up a key is to wait for memory some times, one after the other. Who looks up many keys in a row foresees each
// one step by step, some keys ahead: each step brings near the processor what the next one looks at, and by the time
// that it is looked at it has come.
#pragma once

#include <cstddef>

namespace kin::causal {

// Has these bytes brought near the processor, and does not wait for them.
inline void foresee(const void* begin, std::size_t bytes) {
  constexpr std::size_t line = 64;
  const char* at = static_cast<const char*>(begin);
  for (std::size_t done = 0; done < bytes; done += line) __builtin_prefetch(at + done);
  // Functions that do nothing else count as having no effect, and GCC leaves out the calls of them.
  asm volatile("");
}

// The steps of one key: what comes near is where its slot is found, the slot, and what stands in that.
enum class Foresight { place, slot, content };

// When a row of keys has come to number `at`, those whose turn it is take a step: `foresee` is called with the number
// of the key and the step. At number `at` the last step of number at - foreseen_ahead has been taken, and before the
// last keys can be looked up, the row goes on by so many numbers beyond its end.
inline constexpr std::size_t keys_between_steps = 4;
inline constexpr std::size_t foreseen_ahead = 3 * keys_between_steps;

template <class Foresee>
void foresee_at(std::size_t at, std::size_t keys, const Foresee& foresee) {
  std::size_t ahead = 0;
  for (const Foresight step : {Foresight::place, Foresight::slot, Foresight::content}) {
    if (at >= ahead && at - ahead < keys) foresee(at - ahead, step);
    ahead += keys_between_steps;
  }
}

}  // namespace kin::causal
