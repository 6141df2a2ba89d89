// What several writers of one key had all seen before they went apart: the reasoning behind `kin explain`, as a
// function of values only.
#pragma once

#include <vector>

#include "common/causality/lineage.hpp"

namespace kin {

// One value that is shown, and what its writer had seen.
struct ToldVersion {
  std::vector<Dot> dots;  // its own; several where a retry made copies
  Lineage lineage;        // of the copies, joined
};

struct CommonPast {
  // Versions that all writers had seen and that nothing else which all had seen had seen: one, or several where the
  // key was in conflict already, or none.
  std::vector<Version> last;
  // False where something that is left out of the lineages may be newer, or beside `last`, or lie between two of it.
  bool certain = true;
};

CommonPast common_past(const std::vector<ToldVersion>& values);

enum class Knew { no, yes, unknown };

// Whether the writer of one value had seen another one.
Knew had_seen(const ToldVersion& writer, const ToldVersion& other);

}  // namespace kin
