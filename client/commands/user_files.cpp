#include "client/commands/user_files.hpp"

#include "client/commands/screen.hpp"
#include "client/identity.hpp"
#include "client/joined_context.hpp"
#include "client/session_lock.hpp"

namespace kin {

tl::expected<UserFiles, Failure> UserFiles::open(const Globals& globals) {
  UserFiles files;
  if (!globals.session.empty()) {
    auto session = SessionFile::load(globals.session);
    if (!session) return tl::unexpected(usage_failure(session.error()));
    if (auto can = session->can_be_saved(); !can) return tl::unexpected(usage_failure(can.error()));
    files.in_file_ = session->session().contexts();
    files.session_ = std::move(*session);
  }
  if (!globals.history.empty()) {
    auto history = HistoryFile::open(globals.history);
    if (!history) return tl::unexpected(usage_failure(history.error()));
    files.history_.emplace(std::move(*history));
  }
  return files;
}

WriterContext UserFiles::context_for(const Globals& globals, const std::string& key, std::optional<wire::Seen> said,
                                     const std::string& context) const {
  if (said) return {*said, context};
  if (session_) {
    if (auto seen = session_->session().context(globals.bucket, key)) return {wire::Seen::context, *seen};
  }
  return {};
}

HistoryEvent UserFiles::begin(const Globals& globals, const std::string& client, std::string op, const std::string& key,
                              const WriterContext& carried) const {
  HistoryEvent event;
  event.client = client;
  event.id = client + '/' + to_hex(new_operation_id());
  event.op = std::move(op);
  event.bucket = globals.bucket;
  event.key = key;
  event.seen = carried.seen;
  if (history_ && carried.seen == wire::Seen::context)
    event.context_of = history_->operation_that_gave(carried.context);
  event.session = globals.session;
  event.start_ns = monotonic_ns();
  return event;
}

Client::Result<wire::ReadReply> UserFiles::read(Client& client, const wire::Read& request) {
  if (session_) return client.read(session_->session(), request.bucket, request.key, request.level);
  return client.read(request.bucket, request.key, request.level);
}

Client::Result<wire::WriteReply> UserFiles::add_update(Client& client, wire::AddUpdate request) {
  if (session_) return client.add_update(session_->session(), std::move(request));
  return client.add_update(std::move(request));
}

Client::Result<wire::WriteReply> UserFiles::remove(Client& client, wire::Remove request) {
  if (session_) return client.remove(session_->session(), std::move(request));
  return client.remove(std::move(request));
}

tl::expected<void, std::string> UserFiles::finish(const Globals& globals, const HistoryEvent& event) {
  if (session_ && !event.context.empty()) {
    if (auto saved = save(globals, event); !saved) return saved;
  }
  if (history_) return history_->append(event);
  return {};
}

// Another kin may have written meanwhile: only this key's context is ours to change, and where the other one changed it
// too, the session has seen what both have seen.
tl::expected<void, std::string> UserFiles::save(const Globals& globals, const HistoryEvent& event) {
  const auto lock = SessionLock::take(globals.session);
  if (!lock) return tl::unexpected(lock.error());
  auto now = SessionFile::load(globals.session);
  if (!now) return tl::unexpected(now.error());
  std::string context = event.context;
  std::string& before = in_file_[{globals.bucket, event.key}];
  const std::string there = now->session().context(globals.bucket, event.key).value_or("");
  // One that cannot be read is of no use to a write: ours takes its place.
  if (there != before && !there.empty()) context = joined_context(there, context).value_or(context);
  before = event.context;
  now->session().remember(globals.bucket, event.key, std::move(context));
  if (auto joined = now->session().join(session_->session().seen()); !joined) return joined;
  return now->save();
}

tl::expected<void, std::string> UserFiles::finish(const RegisterEvent& event) {
  if (history_) return history_->append(event);
  return {};
}

}  // namespace kin
