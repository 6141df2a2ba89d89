// A diagram as the page's script reads it (timeline.js). One object:
//
//   nodes     ids, sorted                          key    shown alone at first, or ""
//   events    {node, host, number, time, kind, bucket, key, value, dot, clock, siblings, learnt, text}; times in
//             microseconds since 1970; what an event does not have is absent
//   messages  {sent, received or null, to, what, bytes, about}; events by position
//   spans     {node, from, to or null, kind, label, bucket, key, dots}
//   marks     {time, label, text}: what is drawn through all lines
//
// Keys and values are text here: bytes that are not are shown as \xHH.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/traces/diagram.hpp"

namespace kin {

struct DiagramMark {
  std::uint64_t time_us = 0;
  std::string label;  // short
  std::string text;
};

// `key`: as the page writes it, `key` or `bucket/key`; empty: none.
std::string diagram_json(const Diagram& diagram, const std::vector<DiagramMark>& marks = {},
                         const std::string& key = "");

}  // namespace kin
