// What `on_conflict` of a bucket makes of several values, when they are read. The values stay as they are until a write
// replaces them: which node drops what would depend on the order of messages, and nodes would differ for ever.
#pragma once

#include <vector>

#include "common/config/cluster_config.hpp"
#include "common/wire/replies.hpp"

namespace kin::causal {

// What a reader is shown in place of `values`; the same wherever the same values are held.
//   latest, max    one of them; among equals the one with the greatest dot
//   union          under the name of the one that `latest` would show, all their lines
std::vector<wire::ShownSibling> by_rule(OnConflict rule, std::vector<wire::ShownSibling> values);

// The values of `replaced` that nobody was shown and that nothing shown had in it, once they are replaced.
std::vector<wire::ShownSibling> thrown_away(OnConflict rule, const std::vector<wire::ShownSibling>& replaced);

}  // namespace kin::causal
