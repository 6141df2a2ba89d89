// The steps `places` and `measure` of scenario files, read into checked structs. Their shape: scenario_file.hpp.
#pragma once

#include <string>
#include <vector>

#include "common/config/yaml_reader.hpp"
#include "driver/scenario/scenario.hpp"

namespace kin::driver {

// `ids`: all nodes of the scenario, sorted. Throws config::Wrong, with the line: a node that has no place or is none, a
// name that is empty, long or not of plain printable characters, a distance that is missing, stands twice, or leads to
// the node itself.
PlacesStep read_places(config::Section& step, const std::vector<std::string>& ids);

// `arguments` and `nodes` of the step have been read. Throws config::Wrong, with the line: not exactly one of W and R,
// more levels than a table has room for, a level that no cluster of so many nodes has, a name in ${...} that a measure
// does not know.
void read_levels(const YAML::Node& yaml, config::Section& step, std::size_t nodes, MeasureStep& out);

}  // namespace kin::driver
