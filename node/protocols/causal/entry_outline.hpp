// What an entry's record says without its values: to name keys, values need not be brought into memory.
#pragma once

#include <string_view>

#include "common/causality/dotted_entry.hpp"

namespace kin::causal {

// The siblings of the entry that these bytes are (records.hpp), each with its dot, operation and client alone. Bytes
// that are no entry end the process: the store has checked that they are what was written.
Siblings outline_of(std::string_view entry_record);

}  // namespace kin::causal
