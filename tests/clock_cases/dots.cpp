#include "tests/clock_cases/groups.hpp"

namespace kin::clock_cases {

Json dots(const Json& request) {
  const std::string op = request.at("op").get<std::string>();
  if (op == "normalise") return {{"result", print_entry(entry_of(request.at("entry")))}};
  if (op == "members") return {{"result", print_members(entry_of(request.at("entry")))}};
  if (op == "add") {
    CounterSet entry = entry_of(request.at("entry"));
    entry.add(counter_of(request.at("dot")));
    return {{"result", print_entry(entry)}};
  }
  if (op == "merge") {
    CounterSet a = entry_of(request.at("a"));
    a.join(entry_of(request.at("b")));
    return {{"result", print_entry(a)}};
  }
  if (op == "missing") return {{"result", print_members(entry_of(request.at("a")).minus(entry_of(request.at("b"))))}};
  throw BadRequest{"unknown op " + op};
}

}  // namespace kin::clock_cases
