#include <limits>

#include "tests/clock_cases/groups.hpp"

namespace kin::clock_cases {
namespace {

// DAIS 2014, sync: commutative, associative, idempotent.
State synced(const State& a, const State& b) {
  const DotSet no_clock;
  State out{merge_siblings(a.siblings, Past(no_clock, a.context), b.siblings, Past(no_clock, b.context)), a.context};
  out.context.join(b.context);
  return out;
}

// The same events seen and the same values alive; what a value says plays no part.
bool same(const State& a, const State& b) {
  const auto has_all = [](const Siblings& x, const Siblings& y) {
    for (const auto& [dot, sibling] : x) {
      if (!y.contains(dot)) return false;
    }
    return true;
  };
  return a.context == b.context && has_all(a.siblings, b.siblings) && has_all(b.siblings, a.siblings);
}

}  // namespace

Json sync(const Json& request) {
  const Json& states = request.at("states");
  if (!states.is_array()) throw BadRequest{"states must be an array"};
  State out;
  for (const Json& state : states) out = synced(out, state_of(state));
  return {{"result", print(out)}};
}

// DAIS 2014, update: what the context covers goes, the new value gets the next dot of its server.
Json put(const Json& request) {
  State state = state_of(request.at("state"));
  const DotSet context = context_of(request.at("context"));
  const Actor at = actor_of(request.at("at").get<std::string>());
  take_covered(state.siblings, context);
  state.context.join(context);
  // Counted over both: a server that has forgotten its events must not give a dot that the writer has seen.
  const std::uint64_t last = state.context.top(at);
  if (last == std::numeric_limits<std::uint64_t>::max()) throw BadRequest{"no counter is left at " + at.node};
  const Dot dot{at, last + 1};
  state.siblings[dot].value = request.at("value").dump();
  state.context.add(dot);
  return {{"result", print(state)}};
}

// DAIS 2014, discard: the context of the state stays.
Json discard(const Json& request) {
  State state = state_of(request.at("state"));
  take_covered(state.siblings, context_of(request.at("context")));
  return {{"result", print(state)}};
}

// a is before b when syncing a into b changes nothing there: b has seen all of a and has dropped what a dropped.
Json order(const Json& request) {
  const State a = state_of(request.at("a"));
  const State b = state_of(request.at("b"));
  const State both = synced(a, b);
  const bool within = same(both, b), contains = same(both, a);
  if (within && contains) return print(Relation::equal);
  if (within) return print(Relation::before);
  return print(contains ? Relation::after : Relation::concurrent);
}

}  // namespace kin::clock_cases
