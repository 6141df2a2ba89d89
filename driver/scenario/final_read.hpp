// The last line of a history for one key on one node.
#pragma once

#include <string>

#include "driver/scenario/world.hpp"

namespace kin::driver {

// One JSON object without a newline: op final. Outcome ok where the node answered (also that there is nothing), else
// unknown.
std::string final_read_line(const std::string& id, const std::string& bucket, const std::string& key,
                            const std::string& node, const ClientAnswer& answer);

}  // namespace kin::driver
