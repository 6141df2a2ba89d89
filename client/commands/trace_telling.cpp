#include "client/commands/trace_telling.hpp"

#include <algorithm>

namespace kin {

std::string counted(std::size_t n, const char* one, const char* many) {
  return std::to_string(n) + ' ' + (n == 1 ? one : many);
}

std::string torn_notes(const Traces& traces) {
  std::string out;
  for (const std::string& path : traces.torn) out += "kin: " + path + ": its last line is cut off, and left out\n";
  return out;
}

std::string lost_text(const std::vector<LostRun>& lost) {
  constexpr std::size_t most_named = 5;
  if (lost.empty()) return "";
  const std::uint64_t count = count_of(lost);
  std::string out = counted(count, "event", "events") + (count == 1 ? " is" : " are") + " in none of these files: ";
  for (std::size_t i = 0; i < std::min(lost.size(), most_named); ++i) {
    const LostRun& run = lost[i];
    out += (i == 0 ? "" : ", ") + run.host + ':' + std::to_string(run.first);
    if (run.last != run.first) out += '-' + std::to_string(run.last);
  }
  return out + (lost.size() > most_named ? ", and more" : "");
}

}  // namespace kin
