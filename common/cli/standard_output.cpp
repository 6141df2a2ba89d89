#include "common/cli/standard_output.hpp"

#include <iostream>

namespace kin {
namespace {

constexpr int not_written_exit = 1;

}  // namespace

int after_printing(int code, std::string_view program) {
  if (std::cout.flush()) return code;
  std::cerr << program << ": not all could be written to standard output" << std::endl;
  return code == 0 ? not_written_exit : code;
}

}  // namespace kin
