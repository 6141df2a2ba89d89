// Does an answer hold what the scenario expects?
#pragma once

#include <string>
#include <vector>

#include "driver/scenario/scenario.hpp"
#include "driver/scenario/world.hpp"

namespace kin::driver {

// One sentence for each thing that is not as expected; empty when all is.
//
// Without `status` the statuses that fit are: NOT_FOUND where the key is to be absent; CONFLICT, or OK, where several
// values are expected; else OK.
std::vector<std::string> what_is_wrong(const Expectation& expected, const ClientAnswer& answer);

std::string print(const PrintedClock& clock);  // [2,1,0,0,0]
// The values with their clocks, in the order of the values: `apples [2,0,0]  pears [1,1,0]`; `(nothing)`.
std::string print_values(const ClientAnswer& answer);

}  // namespace kin::driver
