#include "client/commands/screen.hpp"

#include "client/render/json.hpp"

namespace kin {

int Screen::fail(const Failure& failure) {
  output_ == Output::json ? print(json::failure(failure)) : explain(text::failure(failure, errors_));
  return exit_code(failure.status);
}

Failure usage_failure(std::string message) { return {Status::usage, Applied::no, std::move(message), "", 0, 0}; }

}  // namespace kin
