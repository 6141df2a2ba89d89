// The last lines of a load's history: what each node holds in the end. By them `kin-driver check causal` can tell what
// became of what was written.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

#include "client/commands/address_book.hpp"
#include "client/commands/run.hpp"

namespace kin {

// The keys of a load: key_numbered(prefix, 0..keys-1).
struct LoadedKeys {
  std::string bucket, prefix;
  std::uint64_t keys = 0;
};

// Waits until all nodes hold the same, half a minute at most, and then reads each key at each node and appends to
// --history a line `final`: all of them, or up to the error. Error: why not, in words; nothing is appended while the
// nodes differ.
tl::expected<void, std::string> append_final_reads(const LoadedKeys& loaded, const CommandContext& context);

}  // namespace kin
