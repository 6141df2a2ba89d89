// Steps in words.
#pragma once

#include <string>
#include <vector>

#include "driver/scenario/scenario.hpp"
#include "driver/scenario/world.hpp"

namespace kin::driver {

std::string describe(const Step& step, const std::vector<std::string>& all_nodes);
std::string describe(const ClientStep& step);      // n1: kin add_update cart apples
std::string describe(const ClientAnswer& answer);  // OK [1,0,0,0,0]

}  // namespace kin::driver
