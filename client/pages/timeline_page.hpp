// A diagram as a page of its own.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "client/traces/diagram.hpp"

namespace kin {

struct TimelineTexts {
  std::string title;
  std::string note;  // below it, may be empty
  std::string key;   // shown alone at first, as diagram_json() names it; empty: all
};

// Texts, not markup. Error: a sentence; this program was built without the drawing library.
tl::expected<std::string, std::string> timeline_page(const Diagram& diagram, const TimelineTexts& texts);

}  // namespace kin
