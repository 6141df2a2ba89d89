#include "common/wire/told_values.hpp"

#include <map>

#include "common/wire/lineage_codec.hpp"

namespace kin::wire {

std::vector<ToldVersion> told_values(const std::vector<ToldSibling>& siblings) {
  std::vector<ToldVersion> out;
  std::map<std::string, std::size_t> operations;
  for (const ToldSibling& sibling : siblings) {
    auto lineage = unpack_lineage(sibling.lineage);
    if (!lineage) lineage = Lineage::of({}, Spans{{}, true});
    const std::string& operation = sibling.shown.operation;
    const auto copy = operation.empty() ? operations.end() : operations.find(operation);
    if (copy != operations.end()) {
      ToldVersion& first = out[copy->second];
      first.dots.push_back(sibling.shown.dot);
      first.lineage.join(*lineage);
      continue;
    }
    if (!operation.empty()) operations.emplace(operation, out.size());
    out.push_back({{sibling.shown.dot}, std::move(*lineage)});
  }
  return out;
}

}  // namespace kin::wire
