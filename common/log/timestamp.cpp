#include "common/log/timestamp.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace kin {
namespace {

// The part that is the same for a whole second is kept, since most lines are of the second of the one before.
struct Second {
  std::uint64_t since_epoch = 0;
  std::array<char, 64> text{};
  std::size_t size = 0;  // of the text; 0: none was printed yet

  std::string_view view() const { return {text.data(), size}; }
};

std::string_view print_second(std::uint64_t since_epoch) {
  static thread_local Second last;
  if (last.size != 0 && last.since_epoch == since_epoch) return last.view();
  const auto seconds = static_cast<std::time_t>(since_epoch);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  last.size = static_cast<std::size_t>(std::snprintf(last.text.data(), last.text.size(),
                                                     "%04d-%02d-%02dT%02d:%02d:%02d.", utc.tm_year + 1900,
                                                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec));
  last.since_epoch = since_epoch;
  return last.view();
}

}  // namespace

void put_utc(LineWriter& out, std::uint64_t wall_us) {
  out.put(print_second(wall_us / 1'000'000));
  std::array<char, 7> micros{};
  auto rest = static_cast<std::uint32_t>(wall_us % 1'000'000);
  for (std::size_t i = 6; i > 0; rest /= 10) micros[--i] = static_cast<char>('0' + rest % 10);
  micros[6] = 'Z';
  out.put(std::string_view(micros.data(), micros.size()));
}

}  // namespace kin
