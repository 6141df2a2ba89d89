#include "common/causality/node_id.hpp"

#include <algorithm>
#include <ostream>

#include "common/assert.hpp"

namespace kin {

bool NodeId::assign_long(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return false;
  const auto* whole = new std::string(text);
  drop();
  std::copy_n(text.begin(), head_.size(), head_.begin());
  whole_ = whole;
  return true;
}

const std::string* NodeId::copy(const std::string& whole) { return new std::string(whole); }

void NodeId::destroy(const std::string* whole) { delete whole; }

void NodeId::refuse(std::string_view text) {
  const std::size_t at = text.find('\0');
  KIN_REQUIRE(at == std::string_view::npos, "a node id with a NUL behind '" + std::string(text.substr(0, at)) + "', " +
                                                std::to_string(text.size()) + " bytes");
  std::abort();
}

std::ostream& operator<<(std::ostream& out, const NodeId& id) { return out << id.view(); }

}  // namespace kin
