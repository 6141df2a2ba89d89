#include "common/causality/dot.hpp"

#include <charconv>

namespace kin {
namespace {

void append(std::string& text, std::uint64_t number) {
  char digits[20];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

}  // namespace

std::string to_string(const Actor& actor) {
  std::string out(actor.node.view());
  out += '.';
  append(out, actor.life.ordinal);
  return out;
}

std::string to_string(const Dot& dot) {
  std::string out = to_string(dot.actor);
  out += ':';
  append(out, dot.counter);
  return out;
}

}  // namespace kin
