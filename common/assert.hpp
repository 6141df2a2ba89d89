// Our own broken invariants end the process with both values, in release builds too.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace kin {

[[noreturn]] inline void broken_invariant(const char* file, int line, const char* rule, const std::string& values) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s (%s)\n", file, line, rule, values.c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace kin

// KIN_REQUIRE(a <= b, "a 5, b 3"): the second argument is only evaluated when the rule is broken.
#define KIN_REQUIRE(rule, values)                                                         \
  do {                                                                                    \
    if (!(rule)) ::kin::broken_invariant(__FILE__, __LINE__, #rule, std::string(values)); \
  } while (false)
