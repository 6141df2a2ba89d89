// A diagram as a picture that stands for itself: no script, nothing to fetch, as wide as its events need.
#pragma once

#include <string>

#include "client/traces/diagram.hpp"

namespace kin {

// SVG 1.1, light or dark as the viewer asks. Events stand in causal order, at equal distances; of messages those that
// brought a write, and pushes that never arrived. For a story of some hundred events: all of them are drawn.
std::string diagram_svg(const Diagram& diagram, const std::string& title);

}  // namespace kin
