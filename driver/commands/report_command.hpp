// report: the page about a run that `run` left behind.
#pragma once

#include <string>

namespace kin::driver {

struct ReportCommand {
  std::string run;   // the folder of a run, or one with the folders of several
  std::string html;  // empty: report.html in the run's folder
  bool json = false;
};

// 0, or 2 for a folder without a run, a record, a trace or a history that is damaged, and a page that cannot be
// written.
int report(const ReportCommand& command);

}  // namespace kin::driver
