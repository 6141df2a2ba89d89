// kin-clock-cases: one JSON request a line on standard input, one answer a line on standard output, by the code that
// the store itself uses. A request that makes no sense is answered {"error": "..."}, and the next line is read.
#include <exception>
#include <iostream>
#include <map>
#include <string>

#include "tests/clock_cases/groups.hpp"

namespace kin::clock_cases {
namespace {

Json answer(const std::string& line) {
  static const std::map<std::string, Json (*)(const Json&)> groups{
      {"compare", compare}, {"merge", merge}, {"survivors", survivors}, {"sync", sync},   {"put", put},
      {"discard", discard}, {"order", order}, {"dots", dots},           {"store", store},
  };
  const Json request = Json::parse(line);
  const std::string name = request.at("group").get<std::string>();
  auto group = groups.find(name);
  if (group == groups.end()) throw BadRequest{"unknown group " + name};
  return group->second(request);
}

}  // namespace
}  // namespace kin::clock_cases

int main() {
  using namespace kin::clock_cases;
  for (std::string line; std::getline(std::cin, line);) {
    Json out;
    try {
      out = answer(line);
    } catch (const BadRequest& bad) {
      out = {{"error", bad.what}};
    } catch (const std::exception& error) {
      out = {{"error", error.what()}};
    }
    // Whatever the line held, the answer is one line of UTF-8.
    std::cout << out.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
  }
}
