// From the siblings of an ExplainReply to the values that common_past() reasons about.
#pragma once

#include <vector>

#include "common/causality/common_past.hpp"
#include "common/wire/replies.hpp"

namespace kin::wire {

// One for each value that a reader is shown, in the same order: of the copies of one operation their dots together, and
// all that any of them had seen. A lineage that cannot be read counts as that of a writer who may have seen anything.
std::vector<ToldVersion> told_values(const std::vector<ToldSibling>& siblings);

}  // namespace kin::wire
