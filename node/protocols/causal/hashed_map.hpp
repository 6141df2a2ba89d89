// A map by keys whose look-up touches one node of one small tree, mostly: a hash finds the tree. Keys that were chosen
// to share a tree cost what a tree costs.
#pragma once

#include <bit>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kin::causal {

template <class Value>
class HashedMap {
 public:
  using Tree = std::map<std::string, Value, std::less<>>;
  // Valid until the item is erased.
  struct Place {
    Tree* tree = nullptr;
    typename Tree::iterator item;

    Value& value() const { return item->second; }
  };

  // `trees` or more; their number stays.
  explicit HashedMap(std::size_t trees) : trees_(std::bit_ceil(trees)) {}

  // nullptr for a key that is not there.
  Value* find(std::string_view key) {
    Tree& tree = trees_[tree_of(key)];
    const auto found = tree.find(key);
    return found == tree.end() ? nullptr : &found->second;
  }
  const Value* find(std::string_view key) const {
    const Tree& tree = trees_[tree_of(key)];
    const auto found = tree.find(key);
    return found == tree.end() ? nullptr : &found->second;
  }
  // Where the key stands, and whether it is new there, with an empty value.
  std::pair<Place, bool> place(std::string_view key) {
    Tree& tree = trees_[tree_of(key)];
    auto found = tree.lower_bound(key);
    const bool fresh = found == tree.end() || found->first != key;
    if (fresh) found = tree.emplace_hint(found, key, Value{});
    return {{&tree, found}, fresh};
  }
  void erase(const Place& place) { place.tree->erase(place.item); }

 private:
  std::size_t tree_of(std::string_view key) const { return std::hash<std::string_view>{}(key) & (trees_.size() - 1); }

  std::vector<Tree> trees_;  // a power of two
};

}  // namespace kin::causal
