#include "common/cli/exit_codes.hpp"

#include <map>
#include <utility>

#include "common/assert.hpp"

namespace kin {

std::string exit_codes_help(const std::vector<int>& codes) {
  constexpr std::size_t columns = 100;
  static const std::map<int, std::string> words{{0, "ok"},           {1, "internal"},
                                                {2, "usage"},        {3, "not found"},
                                                {4, "conflict"},     {5, "there already, or stale"},
                                                {6, "unavailable"},  {7, "time-out or partial"},
                                                {8, "limit"},        {9, "wrong tier, not the writer, or unsupported"},
                                                {10, "denied"},      {11, "an expectation did not hold"},
                                                {130, "interrupted"}};
  std::string out, line = "Exit codes:";
  for (const int code : codes) {
    const auto known = words.find(code);
    KIN_REQUIRE(known != words.end(), "exit code " + std::to_string(code));
    const std::string word = ' ' + std::to_string(code) + ' ' + known->second + (code == codes.back() ? "" : ";");
    if (line.size() + word.size() > columns) out += std::exchange(line, " ") + '\n';
    line += word;
  }
  return out + line;
}

}  // namespace kin
