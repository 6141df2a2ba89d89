// Where values come from: what a reader of an entry has seen, for contexts and for the lineage of the next write.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/causality/lineage.hpp"
#include "common/wire/context_token.hpp"
#include "common/wire/lineage_codec.hpp"
#include "common/wire/replies.hpp"
#include "node/protocols/causal/messages.hpp"

namespace kin::causal {

// What the writer of this value had seen.
Lineage seen_by(const Sibling& sibling);

// Of a writer who has seen all these values. A value whose lineage cannot be read counts as one that saw anything.
Lineage behind(const Siblings& siblings);

// The same, packed and thinned to the bounds as wire::pack_thinned() does it.
std::string pack_behind(const Siblings& siblings, const LineageBounds& bounds,
                        const std::function<bool(const Dot&)>& settled);

// What a context says of these values. Of many, one lineage within `bounds` for all.
void show(wire::ContextToken& token, const Siblings& siblings, const LineageBounds& bounds);

// The values as a reader is shown them.
std::vector<wire::ShownSibling> to_shown(const Siblings& siblings);
wire::ShownSibling to_shown(const Dot& dot, const Sibling& sibling);

// What a value of a bucket with keep_base brings along: of the values that it replaced, and of those that they brought,
// the newest that all members have, which is where a writer starts who is cut off now, and a few that not all are known
// to have. At most four.
std::map<Dot, std::string> bases_of(const Siblings& replaced, const Lineage& lineage,
                                    const std::function<bool(const Dot&)>& settled);

// Who wrote the values, each once, in the order of the dots; at most as many as a list has room for.
std::vector<std::string> writers_of(const Siblings& siblings);

}  // namespace kin::causal
