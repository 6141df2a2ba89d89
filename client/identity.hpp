// How a client names itself and its operations.
#pragma once

#include <string>
#include <string_view>

namespace kin {

// user@host:pid
std::string default_client_name();

// 16 random bytes: no two operations share one, whoever makes them.
std::string new_operation_id();

std::string to_hex(std::string_view bytes);

}  // namespace kin
