// keys and conflicts: page after page, whoever asks the nodes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/commands/run.hpp"
#include "common/wire/replies.hpp"
#include "common/wire/requests.hpp"

namespace kin {

class KeyPages {
 public:
  KeyPages(const KeysCommand& command, const Globals& globals);

  const wire::Keys& next() const { return request_; }  // to ask for, until over()
  std::vector<std::string> take(wire::KeysReply&& reply);
  bool over() const { return over_; }

 private:
  const std::uint64_t limit_;
  std::uint64_t taken_ = 0;
  bool over_ = false;
  wire::Keys request_;
};

// Without -b all buckets are meant: a conflict that nobody asked about is the one to find.
class ConflictPages {
 public:
  explicit ConflictPages(const Globals& globals);

  const wire::Conflicts& next() const { return request_; }  // to ask for, until over()
  void take(wire::ConflictsReply&& reply);
  bool over() const { return over_; }
  const std::vector<wire::ConflictRow>& rows() const { return rows_; }

 private:
  bool over_ = false;
  wire::Conflicts request_;
  std::vector<wire::ConflictRow> rows_;
};

// Both print, and return the exit code. JSON is one object, so it wants all keys at once; text may come page by page.
int tell(const std::vector<std::string>& keys, const CommandContext& context);
int tell(const std::vector<wire::ConflictRow>& rows, const CommandContext& context);

}  // namespace kin
