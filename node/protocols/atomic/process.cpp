#include "node/protocols/atomic/process.hpp"

#include <utility>

namespace kin::atomic {

Token* Process::owner_of(JobId job) const {
  const auto found = jobs_.find(job);
  return found == jobs_.end() ? nullptr : found->second;
}

JobId Process::begin_job(Token& owner) {
  jobs_.emplace(++last_job_, &owner);
  return last_job_;
}

void Process::cancel_job(JobId job, Outputs& out) {
  jobs_.erase(job);
  out.cancelled.push_back(job);
}

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
