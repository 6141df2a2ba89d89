#include "client/session.hpp"

#include <variant>

namespace kin {
namespace {

std::string context_in(const ClientReply& reply) {
  if (const auto* read = std::get_if<wire::ReadReply>(&reply)) return read->context;
  if (const auto* written = std::get_if<wire::WriteReply>(&reply)) return written->context;
  return {};
}

}  // namespace

std::optional<std::string> Session::context(const std::string& bucket, const std::string& key) const {
  const auto found = contexts_.find({bucket, key});
  if (found == contexts_.end()) return std::nullopt;
  return found->second;
}

void Session::remember(const std::string& bucket, const std::string& key, std::string context) {
  contexts_[{bucket, key}] = std::move(context);
}

tl::expected<void, std::string> Session::join(const std::string& seen) {
  if (seen.empty()) return {};
  auto more = wire::parse_frontier(seen);
  if (!more) return tl::unexpected(more.error());
  if (!seen_.empty()) more->join(*wire::parse_frontier(seen_));  // it was parsed when it came
  seen_ = wire::print_frontier(*more);
  return {};
}

Outcome Session::taken(wire::Kind asked, const std::string& bucket, const std::string& key, const Outcome& outcome) {
  if (!outcome) return outcome;
  const auto& wrapped = std::get<wire::InSessionReply>(*outcome);
  Outcome inner = read_answer(asked, wrapped.reply, wrapped.body, Endpoint{});
  if (!inner) return inner;
  if (auto joined = join(wrapped.seen); !joined) {
    return tl::unexpected(own_failure(Status::internal, Applied::unknown, joined.error()));
  }
  remember(bucket, key, context_in(*inner));
  return inner;
}

}  // namespace kin
