#include "client/commands/trace_telling.hpp"

namespace kin {

std::string counted(std::size_t n, const char* one, const char* many) {
  return std::to_string(n) + ' ' + (n == 1 ? one : many);
}

std::string torn_notes(const Traces& traces) {
  std::string out;
  for (const std::string& path : traces.torn) out += "kin: " + path + ": its last line is cut off, and left out\n";
  return out;
}

}  // namespace kin
