// Scenarios on real processes: nodes of a Cluster, clients that are runs of kin.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "driver/cluster/cluster.hpp"
#include "driver/scenario/world.hpp"

namespace kin::driver {

class ProcessWorld : public World {
 public:
  // The cluster outlives the world. The history is appended to `history_file`.
  // `disturbed` is told of each fault that was carried out; it may be empty.
  ProcessWorld(Cluster& cluster, const std::string& history_file, std::function<bool()> interrupted,
               std::function<void(const std::string&, NodeFault)> disturbed = {});

  const std::vector<std::string>& nodes() const override { return nodes_; }
  std::vector<ClientAnswer> clients(const std::vector<ClientCall>& calls,
                                    const std::function<void()>& meanwhile) override;
  Result disturb(const std::string& node, NodeFault fault) override;
  Result link(const std::string& from, const std::string& to, std::uint32_t drop_percent,
              std::uint32_t delay_ms) override;
  Result wait_converged(const std::vector<std::string>& nodes, std::chrono::milliseconds longest) override;
  std::chrono::milliseconds elapsed() override;
  tl::expected<std::string, std::string> history() const override;
  Result add_to_history(const std::string& line) override;

 private:
  Cluster& cluster_;
  std::string history_file_;
  std::function<bool()> interrupted_;
  std::function<void(const std::string&, NodeFault)> disturbed_;
  std::vector<std::string> nodes_;
};

}  // namespace kin::driver
