// Ports of the loopback interface that nobody listens on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace kin::driver {

// `count` different ports of 127.0.0.1 that were free a moment ago. Another program may take one before a node binds
// it: whoever starts nodes must be ready to ask again. Error: a sentence.
tl::expected<std::vector<std::uint16_t>, std::string> free_ports(std::size_t count);

// False when somebody listens there.
bool is_free(std::uint16_t port);

}  // namespace kin::driver
