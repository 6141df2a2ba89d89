// The files of this folder, and d3, as the build put them into the program (CMakeLists.txt here).
#pragma once

#include <string_view>

namespace kin::assets {

extern const std::string_view d3;  // empty where ./dev could not fetch it
extern const std::string_view timeline, latencies, page_style;

}  // namespace kin::assets
