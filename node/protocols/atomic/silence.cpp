// The fault: from a moment on this node says nothing about the token any more, restarts included.
#include "node/protocols/atomic/token.hpp"

namespace kin::atomic {
namespace {

// How far a process that dies may have counted without its successor knowing.
constexpr std::uint64_t written_every_ms = 1000;

}  // namespace

const SilentFault* Token::silent_fault() const {
  for (const SilentFault& fault : process_.env.cluster.silent) {
    if (fault.token == scheme_.id && fault.node == process_.env.self) return &fault;
  }
  return nullptr;
}

void Token::load_silence() {
  if (silence_) {
    silent_at_ms_ = process_.now_ms + silence_->left_ms;
  } else if (silent_fault() != nullptr && silent_fault()->since_start) {
    silence_ = Silence{false, silent_fault()->after_ms};  // each process counts anew, so it is on no disk
    silent_at_ms_ = process_.now_ms + silence_->left_ms;
  }
}

void Token::fall_silent_in(std::uint64_t ms, Outputs& out) {
  if (silent()) return;
  silence_ = Silence{false, ms};
  silent_at_ms_ = process_.now_ms + ms;
  out.writes.put(silence_key(scheme_.id), wire::encode(*silence_));
}

void Token::count_down(Outputs& out) {
  if (!silence_ || silence_->silent) return;
  if (process_.now_ms >= silent_at_ms_) return fall_silent(out);
  const std::uint64_t left_ms = silent_at_ms_ - process_.now_ms;
  if (left_ms + written_every_ms > silence_->left_ms) return;
  silence_->left_ms = left_ms;
  const SilentFault* fault = silent_fault();
  if (fault == nullptr || !fault->since_start) out.writes.put(silence_key(scheme_.id), wire::encode(*silence_));
}

void Token::fall_silent(Outputs& out) {
  silence_ = Silence{true, 0};
  out.writes.put(silence_key(scheme_.id), wire::encode(*silence_));
  rounds_.clear();
  turn_.reset();
  changes_.clear();
  for (const auto& [job, change] : scans_) process_.cancel_job(job, out);
  scans_.clear();
  recovery_.reset();
  out.trace.push_back({"token-silent", {{"token", scheme_.id}}});
  out.warnings.push_back(process_.env.self + " falls silent about token " + scheme_.id);
}

}  // namespace kin::atomic
