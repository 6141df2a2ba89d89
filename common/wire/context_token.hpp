// The context that a client carries from a read to its next write: what it has seen of one key.
//
//   token = "k1." base64url(payload check)      printable, safe to paste in a shell; see armour.hpp
//   payload = [bucket, key_hash, dots, clock]   one msgpack object
//   key_hash = SipHash-2-4, keyed with zeros, over bucket, NUL, key
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "common/causality/dot_set.hpp"
#include "common/causality/version_vector.hpp"

namespace kin::wire {

struct ContextToken {
  std::string bucket;
  std::string key_hash;
  DotSet dots;
  EntryClock clock;  // the join over what was shown

  template <class V>
  void fields(V& v) {
    v(bucket, key_hash, dots, clock);
  }
};

std::string key_hash(std::string_view bucket, std::string_view key);

std::string print_context(const ContextToken& token);

// Error: a sentence for the user. Does not check which key it is for.
tl::expected<ContextToken, std::string> parse_context(std::string_view text);

}  // namespace kin::wire
