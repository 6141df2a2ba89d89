// Pieces of JSON that several outputs share.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/causality/version_vector.hpp"
#include "common/wire/replies.hpp"

namespace kin::json {

using Json = nlohmann::ordered_json;

std::string line(const Json& object);
Json positions(const EntryClock& clock, const std::vector<NodeId>& order);
// The counts of nodes that the cluster file no longer names have no position.
void add_unplaced(Json& object, const EntryClock& clock, const std::vector<NodeId>& order);
Json sibling_of(const wire::ShownSibling& sibling, const std::vector<NodeId>& order);

}  // namespace kin::json
