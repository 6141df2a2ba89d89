// The context that a client carries from a read to its next write: what it has seen of one key.
//
//   token = "k1." base64url(payload check)      printable, safe to paste in a shell; see armour.hpp
//   payload = [bucket, key_hash, dots, clock, seen, lineage]   one msgpack object, see codec.hpp
//   key_hash = SipHash-2-4, keyed with zeros, over bucket, NUL, key
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "common/causality/dot_set.hpp"
#include "common/causality/lineage.hpp"
#include "common/causality/version_vector.hpp"
#include "common/wire/codec.hpp"

namespace kin::wire {

// A value that was shown, and what its writer had seen.
struct SeenValue {
  Dot dot;
  EntryClock clock;
  std::uint64_t tag = 0;  // operation_tag() of lineage.hpp
  std::string lineage;    // packed

  bool operator==(const SeenValue&) const = default;

  template <class V>
  void fields(V& v) {
    v.template with_added<2>(dot, clock, tag, lineage);
  }
};

struct ContextToken {
  std::string bucket;
  std::string key_hash;
  DotSet dots;
  EntryClock clock;             // the join over what was shown
  std::vector<SeenValue> seen;  // what was shown, for the lineage of the next write; it decides nothing
  std::string lineage;          // the same of many values, packed together

  template <class V>
  void fields(V& v) {
    v.template with_added<4>(bucket, key_hash, dots, clock, seen, lineage);
  }
};

// What the reader had seen who was given this context. A part that cannot be read may be anything, and no node made it:
// what is wrong with the first of those is told.
struct SeenLineage {
  Lineage lineage;
  std::optional<Malformed> unreadable;
};
SeenLineage lineage_of(const ContextToken& token);

std::string key_hash(std::string_view bucket, std::string_view key);

std::string print_context(const ContextToken& token);

// Error: a sentence for the user. Does not check which key it is for.
tl::expected<ContextToken, std::string> parse_context(std::string_view text);

}  // namespace kin::wire
