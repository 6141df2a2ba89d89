// One function a group of requests: takes the request, gives the answer. Errors are thrown as clock_json.hpp says.
#pragma once

#include "tests/clock_cases/clock_json.hpp"

namespace kin::clock_cases {

// clocks.cpp: version vectors (Parker et al. 1983)
Json compare(const Json& request);
Json merge(const Json& request);
Json survivors(const Json& request);  // in the order in which they were given

// states.cpp: dotted version vector sets (DAIS 2014)
Json sync(const Json& request);
Json put(const Json& request);
Json discard(const Json& request);
Json order(const Json& request);

// dots.cpp: base and extras of one actor (DAIS 2015)
Json dots(const Json& request);

// store_story.cpp: one key on several nodes of the causal tier
Json store(const Json& request);

}  // namespace kin::clock_cases
