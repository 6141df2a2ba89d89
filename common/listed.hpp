// Several things in one line: "n1, n2, n3".
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace kin {

// What `name` says of each, in their order, with `between` in the gaps. Empty where there is nothing.
template <class Range, class Name = std::identity>
std::string listed(const Range& things, std::string_view between = ", ", const Name& name = {}) {
  std::string out;
  bool first = true;
  for (const auto& one : things) {
    if (!first) out += between;
    first = false;
    out += name(one);
  }
  return out;
}

}  // namespace kin
