// How clocks, dots and states are written in a request and in an answer.
//
//   clock = {"id": n, ...}, n from 0 to 2^64 - 1; a zero is the same as an absent id, and is not printed
//   state = {"context": clock, "values": [{"dot": ["id", n], "value": any JSON}, ...]}; the context has every dot of
//   the
//           values; values are printed in the order of their dots
//   entry = {"base": n, "extra": [n, ...]}, both may be left out; extra is printed ascending and beyond the base
//
// All readers throw BadRequest, or nlohmann's own exceptions, and main() answers {"error": ...}.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/causality/dotted_entry.hpp"

namespace kin::clock_cases {

using Json = nlohmann::json;

struct BadRequest {
  std::string what;
};

// A key's values with their whole past, as the papers have it: no node clock beside it.
struct State {
  Siblings siblings;  // a value is kept as its JSON text
  DotSet context;
};

// More counters than this are not listed one by one.
inline constexpr std::uint64_t most_listed = 1'000'000;

std::uint64_t number_of(const Json& json);   // 0 to 2^64 - 1
std::uint64_t counter_of(const Json& json);  // the same without 0

VersionVector clock_of(const Json& json);
DotSet context_of(const Json& json);
State state_of(const Json& json);
CounterSet entry_of(const Json& json);

// The one incarnation of an id in the papers' cases.
NodeId node_of(const std::string& id);  // any text without NUL
Actor actor_of(const std::string& id);

Json print(const VersionVector& clock);
Json print(const State& state);
Json print_entry(const CounterSet& set);
Json print_members(const CounterSet& set);
Json print(Relation relation);

}  // namespace kin::clock_cases
