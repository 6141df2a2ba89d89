// How a command of kin-driver says that it failed.
#pragma once

#include <string>

#include "common/wire/status.hpp"

namespace kin::driver {

// For people a line on standard error, for programs one object on standard output. Returns the exit code.
int complain(const Failure& failure, bool json);

// USAGE, applied no.
int complain(const std::string& sentence, bool json);

}  // namespace kin::driver
