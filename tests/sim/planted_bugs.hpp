// The bugs of common/planted.hpp by name, each with what makes it likely to strike.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "common/planted.hpp"
#include "driver/sim/options.hpp"

namespace kin::sim {

struct PlantedBug {
  Bug bug = Bug::none;
  std::string_view name;
  std::string_view breaks;  // in words
  // What is changed of the drawn options; null: nothing.
  void (*likely)(Options&) = nullptr;
  std::string_view tier = "causal";  // whose clients notice
};

std::span<const PlantedBug> planted_bugs();
const PlantedBug* planted_bug_named(std::string_view name);

}  // namespace kin::sim
