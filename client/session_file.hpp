// What one user has seen, between calls of kin: the context of the last read or write of each key, and the frontier of
// all of it. JSON:
//
//   {"format": "kin-session-1", "contexts": [{"bucket": "default", "key": "cart", "context": "k1..."}], "seen":
//   "f1..."}
//
// "seen" is missing in a session that has seen nothing, and in files of earlier versions.
// Buckets and keys that are not UTF-8 appear as {"base64": "..."}.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "client/session.hpp"

namespace kin {

class SessionFile {
 public:
  // A file that is not there is an empty session. Error: a sentence for the user when the file cannot be read, or is
  // not what save() writes; an empty file is damaged too.
  static tl::expected<SessionFile, std::string> load(const std::string& path);

  Session& session() { return session_; }
  const Session& session() const { return session_; }

  // Whether save() can be expected to succeed: writes what it would write beside the file, and removes it. Error: a
  // sentence.
  [[nodiscard]] tl::expected<void, std::string> can_be_saved() const;

  // Replaces the file as a whole: a crash leaves the old one or the new one. Error: a sentence.
  [[nodiscard]] tl::expected<void, std::string> save() const;

 private:
  explicit SessionFile(std::string path) : path_(std::move(path)) {}

  std::string text() const;

  std::string path_;
  Session session_;
};

}  // namespace kin
