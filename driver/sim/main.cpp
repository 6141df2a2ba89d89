#include <cstdlib>
#include <iostream>

#include "driver/sim/run.hpp"
int main(int argc, char** argv) {
  using namespace kin::sim;
  for (int s = std::atoi(argv[1]); s <= std::atoi(argv[2]); ++s) {
    Options o = draw(s);
    if (argc > 3) o.operations = std::atoi(argv[3]);
    if (argc > 4) o.faults.fill(false);
    RunOutput out;
    if (getenv("V")) out.lines = [](const std::string& l) { std::cout << l << "\n"; };
    auto r = run(o, out);
    std::cout << s << ' ' << (r.held ? "ok" : "BAD") << " rounds " << r.rounds << " sim " << r.simulated_us / 1e6
              << " turns " << r.cluster.turns << " ans " << r.answered << " excused " << r.excused << " hash "
              << r.trace_hash << "\n";
    if (!r.held) {
      std::cout << describe(o) << "\n";
      for (size_t i = 0; i < r.story.size() && i < 12; ++i) std::cout << "   " << r.story[i].substr(0, 300) << "\n";
      return 1;
    }
  }
}
