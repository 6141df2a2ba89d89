// What kin prints with `-o json`, read for expectations.
#pragma once

#include <string>

#include "driver/scenario/world.hpp"

namespace kin::driver {

// `output`: standard output, `errors`: standard error of one call. Never fails: what is no JSON object becomes `text`.
ClientAnswer read_kin_output(int exit_code, const std::string& output, const std::string& errors);

}  // namespace kin::driver
