// Node ids out of the JSON that a test is fed with: json.get<NodeId>(), and where a NodeId is wanted.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "common/causality/node_id.hpp"

namespace kin {

// Throws what nlohmann throws where it is no string, std::invalid_argument where it cannot be an id.
inline void from_json(const nlohmann::json& json, NodeId& id) {
  if (!id.assign(json.get<std::string>())) throw std::invalid_argument("an id with a NUL in it");
}

}  // namespace kin
