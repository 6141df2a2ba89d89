#include "common/wire/packed_lineage.hpp"

namespace kin::wire {

std::string LineageText::encoded() const {
  std::string out;
  const std::string_view numbers = packer_.text();
  out.reserve(usual_bytes + numbers.size());
  {
    Packer packer(out);
    packer.array(3);
    packer.put(nodes);
    packer.put(actors);
    packer.array(count_);
  }
  return out += numbers;
}

}  // namespace kin::wire
