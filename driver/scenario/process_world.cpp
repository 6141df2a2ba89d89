#include "driver/scenario/process_world.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "driver/cluster/process.hpp"
#include "driver/scenario/cluster_fault.hpp"
#include "driver/scenario/kin_output.hpp"

namespace kin::driver {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

// kin ends by itself; this is for one that hangs.
constexpr milliseconds longest_call{60000};

World::Result as_sentence(const Cluster::Result<void>& result) {
  if (result) return {};
  return tl::unexpected(result.error().message);
}

std::int64_t monotonic_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

ClientAnswer no_answer(const std::string& message) {
  ClientAnswer answer;
  answer.exit_code = exit_code(Status::internal);
  answer.status = "INTERNAL";
  answer.message = message;
  return answer;
}

}  // namespace

ProcessWorld::ProcessWorld(Cluster& cluster, const std::string& history_file, std::function<bool()> interrupted,
                           std::function<void(const std::string&, NodeFault)> disturbed)
    : cluster_(cluster),
      history_file_(std::filesystem::absolute(history_file).string()),
      interrupted_(std::move(interrupted)),
      disturbed_(std::move(disturbed)),
      nodes_(names_of(cluster.config())) {}

std::vector<ClientAnswer> ProcessWorld::clients(const std::vector<ClientCall>& calls,
                                                const std::function<void()>& meanwhile) {
  struct Running {
    tl::expected<ChildProgram, std::string> program;
    std::int64_t start_ns;
  };
  std::vector<Running> running;
  for (const ClientCall& call : calls) {
    std::vector<std::string> argv{
        sibling_program("kin"), "--config", cluster_file(cluster_.run()), "--node", call.node, "-o", "json"};
    if (call.in_history) argv.insert(argv.end(), {"--history", history_file_});
    argv.insert(argv.end(), call.arguments.begin(), call.arguments.end());
    const std::int64_t start = monotonic_ns();
    running.push_back({ChildProgram::start(argv), start});
  }
  if (meanwhile) {
    auto answered = [](const Running& one) { return !one.program || one.program->has_ended(); };
    for (const auto deadline = steady_clock::now() + longest_call; steady_clock::now() < deadline;) {
      if (std::any_of(running.begin(), running.end(), answered)) break;
      std::this_thread::sleep_for(milliseconds(1));
    }
    meanwhile();
  }
  std::vector<ClientAnswer> answers;
  for (Running& one : running) {
    if (!one.program) {
      answers.push_back(no_answer(one.program.error()));
    } else {
      const ChildProgram::Result result = one.program->finish(longest_call);
      answers.push_back(result.overdue ? no_answer("kin did not end within a minute and was killed")
                                       : read_kin_output(result.exit_code, result.output, result.errors));
    }
    answers.back().start_ns = one.start_ns;
    answers.back().end_ns = monotonic_ns();
  }
  return answers;
}

World::Result ProcessWorld::disturb(const std::string& node, NodeFault fault) {
  auto result = as_sentence(driver::disturb(cluster_, node, fault, interrupted_));
  if (result && disturbed_) disturbed_(node, fault);
  return result;
}

World::Result ProcessWorld::link(const std::string& from, const std::string& to, std::uint32_t drop_percent,
                                 std::uint32_t delay_ms) {
  return as_sentence(cluster_.fault(from, {wire::FaultAction::link, to, drop_percent, delay_ms}));
}

World::Result ProcessWorld::wait_converged(const std::vector<std::string>& nodes, milliseconds longest) {
  return as_sentence(cluster_.wait_converged(nodes, longest, interrupted_));
}

milliseconds ProcessWorld::elapsed() {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now().time_since_epoch());
}

tl::expected<std::string, std::string> ProcessWorld::history() const {
  std::error_code error;
  if (!std::filesystem::exists(history_file_, error)) return std::string();
  std::ifstream file(history_file_, std::ios::binary);
  std::ostringstream text;
  if (std::filesystem::file_size(history_file_, error) > 0 && !(text << file.rdbuf()))
    return tl::unexpected(history_file_ + " cannot be read");
  return text.str();
}

World::Result ProcessWorld::add_to_history(const std::string& line) {
  std::ofstream file(history_file_, std::ios::app);
  file << line << '\n';
  file.flush();
  if (!file) return tl::unexpected(history_file_ + " cannot be written");
  return {};
}

}  // namespace kin::driver
