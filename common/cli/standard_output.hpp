// What a program printed may not have arrived: the disk is full, the reader is gone.
#pragma once

#include <string_view>

namespace kin {

// Before a program ends with `code`: 1, and a line on standard error, where what it printed could not be written and it
// would have ended with 0; `code` otherwise.
int after_printing(int code, std::string_view program);

}  // namespace kin
