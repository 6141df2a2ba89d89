#include "driver/commands/complaint.hpp"

#include <iostream>

#include "client/render/json.hpp"

namespace kin::driver {

int complain(const Failure& failure, bool json) {
  if (json) {
    std::cout << json::failure(failure);
  } else {
    std::cerr << "kin-driver: " << failure.message << '\n';
  }
  return exit_code(failure.status);
}

int complain(const std::string& sentence, bool json) {
  return complain({Status::usage, Applied::no, sentence, "", 0, 0}, json);
}

}  // namespace kin::driver
