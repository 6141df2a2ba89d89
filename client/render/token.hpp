// Tokens for people and for programs. Text ends with a newline, JSON is one object on one line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/render/progress.hpp"
#include "client/render/text.hpp"
#include "common/wire/tokens.hpp"

namespace kin {

// A token of `kin token list`, with addresses instead of ids where they are known.
struct ListedToken {
  std::string id, writer;
  std::vector<std::string> readers;
};

namespace text {

// Of create, write, read and drop; `verb` is the word for it. `writer` is the id of the token's writer, whose processes
// timestamps name.
std::string token(const std::string& verb, const wire::TokenReply& reply, const NodeId& writer, const Style& style);
std::string token_show(const wire::TokenShowReply& reply, const Style& style);
std::string tokens(const std::vector<ListedToken>& tokens, const Style& style);

// Of a scan; `seconds` since it was asked for.
Progress progress_of(const wire::TokenProgress& progress, double seconds);

}  // namespace text

namespace json {

// {"status","applied","id","name","low","mid","high","partial","final","partial_hash","final_hash","timestamp","node"};
// null where never written. Hashes are 16 hexadecimal digits, as sha256sum prints them.
std::string token(const wire::TokenReply& reply, const NodeId& writer);
// The same, with "state", "writer", "readers" and "quorum".
std::string token_show(const wire::TokenShowReply& reply);
std::string tokens(const std::vector<ListedToken>& tokens);

}  // namespace json
}  // namespace kin
