// What a lineage is on the wire before its numbers are understood: the grammar stands in lineage_codec.hpp.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "common/causality/dot.hpp"
#include "common/wire/codec.hpp"

namespace kin::wire {

// In place of the number of spans: it may be anywhere.
inline constexpr std::uint64_t anywhere_mark = 1000;

struct PackedActor {
  std::uint32_t node = 0;  // its place among the nodes
  std::uint64_t born = 0;
  std::uint32_t ordinal = 0;

  bool operator==(const PackedActor&) const = default;

  template <class V>
  void fields(V& v) {
    v(node, born, ordinal);
  }
};

// What the numbers of a lineage mean by the places of nodes and actors.
struct LineageNames {
  // As many as nearly all lineages have need no memory of their own.
  boost::container::small_vector<NodeId, 6> nodes;
  boost::container::small_vector<PackedActor, 6> actors;

  // New ones get a place behind the others.
  std::uint64_t place_of(const NodeId& id);
  std::uint64_t place_of(const Actor& actor);
};

struct PackedLineage {
  LineageNames names;
  std::vector<std::uint64_t> numbers;

  template <class V>
  void fields(V& v) {
    v(names.nodes, names.actors, numbers);
  }
};

// The same as it is written, number by number: how many there are stands in front of them, and so do the names.
class LineageText {
 public:
  LineageNames names;

  void number(std::uint64_t n) {
    packer_.put(n);
    ++count_;
  }
  // A PackedLineage.
  std::string encoded() const;

 private:
  std::string numbers_;
  Packer packer_{numbers_};
  std::size_t count_ = 0;
};

}  // namespace kin::wire
