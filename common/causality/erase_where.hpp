// std::erase_if for flat maps, of which the standard library and Debian's Boost have none.
#pragma once

namespace kin {

// Takes out the items of which `gone` holds; the others keep their order.
template <class FlatMap, class Predicate>
void erase_where(FlatMap& map, Predicate gone) {
  for (auto it = map.begin(); it != map.end();) it = gone(*it) ? map.erase(it) : it + 1;
}

}  // namespace kin
