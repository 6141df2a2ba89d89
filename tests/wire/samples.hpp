// One message of every kind, with something in every field.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace kin::wire {

struct Sample {
  std::string name;
  std::string bytes;
  // Decodes, and encodes again what was understood. Error: why the bytes were refused.
  std::function<tl::expected<std::string, std::string>(std::string_view)> recode;
  bool word = false;  // text by itself, and no body of a message

  bool is_word() const { return word; }
  // No bytes at all are something that can be said.
  bool may_be_empty() const { return name == "lineage"; }
  // Its last fields may be absent.
  bool grows() const {
    return name.starts_with("add_update") || name.starts_with("explain_reply") || name.starts_with("token_reply");
  }
};

const std::vector<Sample>& samples();

// The bytes that a hexadecimal text spells, spaces left out; and the other way round.
std::string from_hex(std::string_view hex);
std::string to_hex(std::string_view bytes);

}  // namespace kin::wire
