#include "common/wire/packed_lineage.hpp"

#include <algorithm>

namespace kin::wire {
namespace {

template <class Names, class Name>
std::uint64_t place_in(Names& names, const Name& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  const auto place = static_cast<std::uint64_t>(found - names.begin());
  if (found == names.end()) names.push_back(name);
  return place;
}

}  // namespace

std::uint64_t LineageNames::place_of(const NodeId& id) { return place_in(nodes, id); }

std::uint64_t LineageNames::place_of(const Actor& actor) {
  const auto node = static_cast<std::uint32_t>(place_of(actor.node));
  return place_in(actors, PackedActor{node, actor.life.born, actor.life.ordinal});
}

std::string LineageText::encoded() const {
  std::string out;
  const std::string_view numbers = packer_.text();
  out.reserve(usual_bytes + numbers.size());
  {
    Packer packer(out);
    packer.array(3);
    packer.put(names.nodes);
    packer.put(names.actors);
    packer.array(count_);
  }
  return out += numbers;
}

}  // namespace kin::wire
