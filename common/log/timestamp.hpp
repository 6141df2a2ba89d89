// UTC with microseconds, as in all logs: 2026-01-31T12:00:00.123456Z
#pragma once

#include <cstdint>
#include <string>

#include "common/log/line_writer.hpp"

namespace kin {

// wall_us: microseconds since 1970.
void put_utc(LineWriter& out, std::uint64_t wall_us);

}  // namespace kin
