// A map by keys whose look-up touches little memory: a hash finds a small tree, in which keys stand by their whole hash
// first, and each with its value. Keys that were chosen to share a hash cost what a tree costs.
#pragma once

#include <bit>
#include <boost/container/small_vector.hpp>
#include <compare>
#include <concepts>
#include <cstddef>
#include <functional>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "node/protocols/causal/foresight.hpp"

namespace kin::causal {

// A key as it is asked for, and as it is compared.
struct HashedView {
  template <std::convertible_to<std::string_view> Text>
  HashedView(const Text& of) : text(of) {
    hash = std::hash<std::string_view>{}(text);
  }
  HashedView(std::size_t known, std::string_view of) : hash(known), text(of) {}

  std::size_t hash = 0;
  std::string_view text;

  auto operator<=>(const HashedView&) const = default;
};

// A key as it is kept: beside its value where it is short.
class HashedKey {
 public:
  explicit HashedKey(const HashedView& of) : hash_(of.hash), text_(of.text.begin(), of.text.end()) {}
  operator HashedView() const { return {hash_, {text_.data(), text_.size()}}; }

  struct Less {
    using is_transparent = void;
    bool operator()(const HashedView& a, const HashedView& b) const { return a < b; }
  };

 private:
  static constexpr std::size_t usual_bytes = 48;

  std::size_t hash_;
  boost::container::small_vector<char, usual_bytes> text_;
};

template <class Value>
class HashedMap {
 public:
  using Tree = std::map<HashedKey, Value, HashedKey::Less>;
  // Valid until the item is erased.
  struct Place {
    Tree* tree = nullptr;
    typename Tree::iterator item;

    Value& value() const { return item->second; }
  };

  static constexpr std::size_t first_bytes = 192;  // of an item: its key, and what of its value stands first

  // `trees` or more; their number stays.
  explicit HashedMap(std::size_t trees) : trees_(std::bit_ceil(trees)) {}

  // nullptr for a key that is not there.
  Value* find(const HashedView& wanted) {
    Tree& tree = tree_of(wanted);
    const auto found = tree.find(wanted);
    return found == tree.end() ? nullptr : &found->second;
  }
  const Value* find(const HashedView& wanted) const { return const_cast<HashedMap*>(this)->find(wanted); }
  // Where the key stands, and whether it is new there, with an empty value.
  std::pair<Place, bool> place(std::string_view key) {
    const HashedView wanted(key);
    Tree& tree = tree_of(wanted);
    auto found = tree.lower_bound(wanted);
    const bool fresh = found == tree.end() || tree.key_comp()(wanted, found->first);
    if (fresh) found = tree.emplace_hint(found, HashedKey(wanted), Value{});
    return {{&tree, found}, fresh};
  }
  void erase(const Place& place) { place.tree->erase(place.item); }

  // The first steps towards a key.
  void foresee_place(const HashedView& key) const { foresee(&tree_of(key), 1); }
  void foresee_item(const HashedView& key) const {
    const Tree& tree = tree_of(key);
    if (!tree.empty()) foresee(&*tree.begin(), first_bytes);  // mostly it is the only one
  }

 private:
  const Tree& tree_of(const HashedView& key) const { return trees_[key.hash & (trees_.size() - 1)]; }
  Tree& tree_of(const HashedView& key) { return trees_[key.hash & (trees_.size() - 1)]; }

  std::vector<Tree> trees_;  // a power of two
};

}  // namespace kin::causal
