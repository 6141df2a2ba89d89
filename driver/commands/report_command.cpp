#include "driver/commands/report_command.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

#include "client/pages/page_file.hpp"
#include "common/wire/status.hpp"
#include "driver/commands/complaint.hpp"
#include "driver/report/report_page.hpp"

namespace kin::driver {

namespace fs = std::filesystem;

namespace {

// The run itself, or those in it that several scenarios left.
std::vector<std::string> runs_in(const std::string& folder) {
  std::error_code error;
  if (fs::exists(record_file(folder), error)) return {folder};
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (fs::exists(record_file(entry.path().string()), error)) out.push_back(entry.path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

tl::expected<std::string, std::string> page_of(const std::string& run, std::string& verdict) {
  const auto record = read_record(run);
  if (!record) return tl::unexpected(record.error());
  verdict = record->verdict.empty() ? "cut off" : record->verdict;
  const auto traces = read_traces(run);
  if (!traces) return tl::unexpected(traces.error());
  const auto calls = read_timed_calls(run + "/history.jsonl");
  if (!calls) return tl::unexpected(calls.error());
  return report_page(*record, *traces, *calls);
}

}  // namespace

int report(const ReportCommand& command) {
  const std::vector<std::string> runs = runs_in(command.run);
  if (runs.empty()) {
    return complain(
        "there is no run in " + command.run + ": kin-driver run --dir " + command.run + " SCENARIO makes one",
        command.json);
  }
  if (runs.size() > 1 && !command.html.empty()) {
    return complain("there are " + std::to_string(runs.size()) + " runs in " + command.run +
                        ": name the folder of one, or leave out --html",
                    command.json);
  }
  nlohmann::ordered_json told = nlohmann::ordered_json::array();
  for (const std::string& run : runs) {
    std::string verdict;
    const auto page = page_of(run, verdict);
    if (!page) return complain(page.error(), command.json);
    const std::string file = command.html.empty() ? run + "/report.html" : command.html;
    if (const auto written = write_page(file, *page); !written) return complain(written.error(), command.json);
    if (!command.json) std::cout << file << ": " << verdict << "; open it in a browser\n";
    told.push_back({{"run", run}, {"file", file}, {"verdict", verdict}});
  }
  if (command.json) std::cout << told.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  return 0;
}

}  // namespace kin::driver
