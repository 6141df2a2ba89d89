// What kin keeps for its user from call to call: the session and the history.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "client/cli/command_line.hpp"
#include "client/client.hpp"
#include "client/history_file.hpp"
#include "client/session_file.hpp"
#include "common/wire/status.hpp"

namespace kin {

struct WriterContext {
  wire::Seen seen = wire::Seen::implied;
  std::string context;
};

class UserFiles {
 public:
  // Both files are looked at before anything is sent. Failure: USAGE.
  static tl::expected<UserFiles, Failure> open(const Globals& globals);

  bool keeps_history() const { return history_.has_value(); }

  // What a write carries: what the user said, else what the session remembers, else nothing.
  WriterContext context_for(const Globals& globals, const std::string& key, std::optional<wire::Seen> said,
                            const std::string& context) const;

  // An operation that is about to be sent by a client of this name.
  HistoryEvent begin(const Globals& globals, const std::string& client, std::string op, const std::string& key,
                     const WriterContext& carried = {}) const;
  // Asks in the session, where there is one.
  Client::Result<wire::ReadReply> read(Client& client, const wire::Read& request);
  Client::Result<wire::WriteReply> add_update(Client& client, wire::AddUpdate request);
  Client::Result<wire::WriteReply> remove(Client& client, wire::Remove request);
  // After its reply, or after none came. Error: a sentence; the operation itself is over.
  [[nodiscard]] tl::expected<void, std::string> finish(const Globals& globals, const HistoryEvent& event);
  [[nodiscard]] tl::expected<void, std::string> finish(const RegisterEvent& event);

 private:
  tl::expected<void, std::string> save(const Globals& globals, const HistoryEvent& event);

  std::optional<SessionFile> session_;
  Session::Contexts in_file_;  // as this command knows the file: what it read, and what it put there since
  std::optional<HistoryFile> history_;
};

}  // namespace kin
