#include "node/protocols/causal/entry_outline.hpp"

#include <map>
#include <string>
#include <utility>

#include "common/assert.hpp"
#include "common/wire/codec.hpp"

namespace kin::causal {
namespace {

struct Skipped {
  template <class V>
  void fields(V& v) {
    v.skip(1);
  }
};

struct SiblingOutline {
  Skipped value, clock;
  std::string operation, client;

  template <class V>
  void fields(V& v) {
    v(value, clock, operation, client);
  }
};

struct EntryOutline {
  std::map<Dot, SiblingOutline> siblings;

  template <class V>
  void fields(V& v) {
    v(siblings);
  }
};

}  // namespace

Siblings outline_of(std::string_view entry_record) {
  auto entry = wire::decode<EntryOutline>(entry_record);
  KIN_REQUIRE(entry, "an entry that cannot be read: " + entry.error().what);
  Siblings out;
  for (auto& [dot, outline] : entry->siblings) {
    Sibling& sibling = out[dot];
    sibling.operation = std::move(outline.operation);
    sibling.client = std::move(outline.client);
  }
  return out;
}

}  // namespace kin::causal
