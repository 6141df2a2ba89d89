// up, down, status and the faults. Each returns the exit code of the program. With `json` standard output is one
// object.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/config/cluster_config.hpp"
#include "driver/scenario/scenario.hpp"

namespace kin::driver {

struct UpCommand {
  std::string dir;
  std::optional<std::uint32_t> nodes;  // none: as many as DIR has the data of, else 5
  std::string like;                    // empty: the project's own cluster file
  std::optional<Durability> durability;
  bool fresh = false;
  bool set_aside_damaged = false;
  bool json = false;
};

struct RestartCommand {
  std::string dir, node;
  bool set_aside_damaged = false;
  bool json = false;
};

int up(const UpCommand& command);
int down(const std::string& dir, bool json);
int status(const std::string& dir, bool json);
// All faults but restart, which may be told more.
int disturb(const std::string& dir, const std::string& node, NodeFault fault, bool json);
int restart(const RestartCommand& command);
// offline if it is not, else online.
int toggle(const std::string& dir, const std::string& node, bool json);

}  // namespace kin::driver
