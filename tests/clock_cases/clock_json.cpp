#include "tests/clock_cases/clock_json.hpp"

namespace kin::clock_cases {
namespace {

void list(const CounterSet::Run& run, Json& out) {
  if (run.last - run.first >= most_listed || out.size() + (run.last - run.first) >= most_listed) {
    throw BadRequest{"more than " + std::to_string(most_listed) + " counters to list"};
  }
  for (std::uint64_t n = run.first;; ++n) {
    out.push_back(n);
    if (n == run.last) return;
  }
}

const Json& object_of(const Json& json, const char* what) {
  if (!json.is_object()) throw BadRequest{std::string(what) + " must be an object, not " + json.dump()};
  return json;
}

const Json& array_of(const Json& json, const char* what) {
  if (!json.is_array()) throw BadRequest{std::string(what) + " must be an array, not " + json.dump()};
  return json;
}

Dot dot_of(const Json& json) {
  if (!json.is_array() || json.size() != 2 || !json[0].is_string()) {
    throw BadRequest{"a dot is [\"id\", n], not " + json.dump()};
  }
  return {actor_of(json[0].get<std::string>()), counter_of(json[1])};
}

}  // namespace

std::uint64_t number_of(const Json& json) {
  // nlohmann reads what does not fit into 64 bits as a float, and would convert floats and bools silently.
  if (!json.is_number_unsigned()) throw BadRequest{"not a number from 0 to 2^64 - 1: " + json.dump()};
  return json.get<std::uint64_t>();
}

std::uint64_t counter_of(const Json& json) {
  const std::uint64_t n = number_of(json);
  if (n == 0) throw BadRequest{"counters begin at 1"};
  return n;
}

VersionVector clock_of(const Json& json) {
  VersionVector::Counts counts;
  for (const auto& [id, n] : object_of(json, "a clock").items()) counts[node_of(id)] = number_of(n);
  return VersionVector(std::move(counts));
}

DotSet context_of(const Json& json) {
  DotSet out;
  for (const auto& [id, n] : object_of(json, "a context").items())
    out.add(actor_of(id), CounterSet::up_to(number_of(n)));
  return out;
}

State state_of(const Json& json) {
  State out;
  out.context = context_of(object_of(json, "a state").at("context"));
  for (const Json& item : array_of(json.at("values"), "values")) {
    const Dot dot = dot_of(object_of(item, "a value").at("dot"));
    if (!out.context.has(dot)) throw BadRequest{"the context lacks the dot " + item.at("dot").dump()};
    Sibling sibling;
    sibling.value = item.at("value").dump();
    if (!out.siblings.emplace(dot, std::move(sibling)).second)
      throw BadRequest{"a dot twice: " + item.at("dot").dump()};
  }
  return out;
}

CounterSet entry_of(const Json& json) {
  object_of(json, "an entry");
  CounterSet out = CounterSet::up_to(json.contains("base") ? number_of(json["base"]) : 0);
  if (json.contains("extra")) {
    for (const Json& n : array_of(json["extra"], "extra")) out.add(counter_of(n));
  }
  return out;
}

NodeId node_of(const std::string& id) {
  NodeId out;
  if (!out.assign(id)) throw BadRequest{"an id with a NUL in it"};
  return out;
}

Actor actor_of(const std::string& id) { return {node_of(id), Incarnation{1, 1}}; }

Json print(const VersionVector& clock) {
  Json out = Json::object();
  for (const auto& [id, n] : clock.counts()) out[id.str()] = n;
  return out;
}

Json print(const State& state) {
  Json context = Json::object();
  for (const auto& [actor, counters] : state.context.actors()) context[actor.node.str()] = counters.base();
  Json values = Json::array();
  for (const auto& [dot, sibling] : state.siblings) {
    values.push_back({{"dot", Json::array({dot.actor.node, dot.counter})}, {"value", Json::parse(sibling.value)}});
  }
  return {{"context", std::move(context)}, {"values", std::move(values)}};
}

Json print_entry(const CounterSet& set) {
  Json extra = Json::array();
  for (const CounterSet::Run& run : set.runs()) {
    if (run.first > 1) list(run, extra);
  }
  return {{"base", set.base()}, {"extra", std::move(extra)}};
}

Json print_members(const CounterSet& set) {
  Json out = Json::array();
  for (const CounterSet::Run& run : set.runs()) list(run, out);
  return out;
}

Json print(Relation relation) { return {{"relation", to_string(relation)}}; }

}  // namespace kin::clock_cases
