#include "node/protocols/atomic/process.hpp"

#include <utility>

namespace kin::atomic {

void Process::flush(Outputs& out) {
  for (auto& [peer, all] : std::exchange(outbox_, {})) {
    if (all.size() == 1) {
      out.sends.push_back({peer, std::move(all.front().body), std::move(all.front().what), false});
      continue;
    }
    auto body = std::make_shared<std::string>();
    std::string what;
    for (const Said& said : all) {
      *body += *said.body;
      if (what.empty()) {
        what = said.what;
      } else if (what != said.what) {
        what = "several";
      }
    }
    out.sends.push_back({peer, std::move(body), std::move(what), false});
  }
}

}  // namespace kin::atomic
