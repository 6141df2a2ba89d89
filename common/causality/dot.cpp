#include "common/causality/dot.hpp"

namespace kin {

std::string to_string(const Actor& actor) {
  return std::string(actor.node.view()).append(".").append(std::to_string(actor.life.ordinal));
}

std::string to_string(const Dot& dot) { return to_string(dot.actor).append(":").append(std::to_string(dot.counter)); }

}  // namespace kin
