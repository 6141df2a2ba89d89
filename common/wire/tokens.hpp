// What clients ask about tokens, and what nodes answer. A token is addressed by its id alone: the tokens file says
// which nodes hold it. Requests go to a holder: create, write and drop to the writer, read to a reader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/causality/dot.hpp"
#include "common/wire/envelope.hpp"

namespace kin::wire {

// Kind::token_create. ALREADY_EXISTS when it exists, unless `if_absent`.
struct TokenCreate {
  static constexpr Kind kind = Kind::token_create;
  std::string id;
  bool if_absent = false;

  template <class V>
  void fields(V& v) {
    v(id, if_absent);
  }
};

// Kind::token_write. low <= mid < high.
struct TokenWrite {
  static constexpr Kind kind = Kind::token_write;
  std::string id, name;
  std::uint64_t low = 0, mid = 0, high = 0;
  bool want_progress = false;  // answer with Kind::token_progress while the scan runs

  template <class V>
  void fields(V& v) {
    v(id, name, low, mid, high, want_progress);
  }
};

// Kind::token_read
struct TokenRead {
  static constexpr Kind kind = Kind::token_read;
  std::string id;

  template <class V>
  void fields(V& v) {
    v(id);
  }
};

// Kind::token_drop
struct TokenDrop {
  static constexpr Kind kind = Kind::token_drop;
  std::string id;

  template <class V>
  void fields(V& v) {
    v(id);
  }
};

// Kind::token_list: all tokens of the file; any node answers.
struct TokenList {
  static constexpr Kind kind = Kind::token_list;

  template <class V>
  void fields(V& v) {
    v();
  }
};

// Kind::token_show: what the asked node itself holds, without asking others. Not an atomic read.
struct TokenShow {
  static constexpr Kind kind = Kind::token_show;
  std::string id;

  template <class V>
  void fields(V& v) {
    v(id);
  }
};

// Kind::token_silence, a fault: after_ms from now the asked node never answers about this token again, restarts
// included. DENIED by nodes without --enable-faults.
struct TokenSilence {
  static constexpr Kind kind = Kind::token_silence;
  std::string id;
  std::uint64_t after_ms = 0;

  template <class V>
  void fields(V& v) {
    v(id, after_ms);
  }
};

// The x of a range with the smallest H(name, x), and that hash.
struct TokenMinimum {
  std::uint64_t x = 0;
  std::uint64_t hash = 0;
  bool operator==(const TokenMinimum&) const = default;

  template <class V>
  void fields(V& v) {
    v(x, hash);
  }
};

// What a write gave a token. Never changes: a write makes a new one.
struct TokenValue {
  std::string name;
  std::uint64_t low = 0, mid = 0, high = 0;
  std::optional<TokenMinimum> partial;  // over [low, mid); nothing where that is empty
  TokenMinimum final;                   // over [low, high)
  bool operator==(const TokenValue&) const = default;

  template <class V>
  void fields(V& v) {
    v(name, low, mid, high, partial, final);
  }
};

// Names one change of a token: the process of the writer that made it, and the how-manieth change of that process.
// Ordered by the process first: whatever an earlier process left unfinished is older than all that a later one does.
// {never_heard, 0}: the token was never touched.
struct TokenStamp {
  Incarnation life;
  std::uint64_t counter = 0;

  auto operator<=>(const TokenStamp&) const = default;

  template <class V>
  void fields(V& v) {
    v(life, counter);
  }
};

// Kind::token_reply, for create, write, read and drop.
struct TokenReply {
  NodeId node;
  std::string id;
  std::optional<TokenValue> value;  // nothing: created, and not written since; or dropped
  TokenStamp stamp;
  std::uint32_t got = 0, wanted = 0;  // holders that are known to have it, and how many were needed
  std::optional<bool> created;        // to a create: whether by it, or it was there already. Nothing from older nodes

  template <class V>
  void fields(V& v) {
    v.template with_added<6>(node, id, value, stamp, got, wanted, created);
  }
};

// Kind::token_progress: numbers hashed so far. The reply is still to come.
struct TokenProgress {
  std::uint64_t done = 0, total = 0;

  template <class V>
  void fields(V& v) {
    v(done, total);
  }
};

struct TokenRow {
  std::string id;
  NodeId writer;
  std::vector<NodeId> readers;

  template <class V>
  void fields(V& v) {
    v(id, writer, readers);
  }
};

// Kind::tokens_reply
struct TokensReply {
  std::vector<TokenRow> tokens;

  template <class V>
  void fields(V& v) {
    v(tokens);
  }
};

// Kind::token_show_reply
struct TokenShowReply {
  NodeId node;
  TokenRow scheme;
  bool quorum_all = false;
  std::string state;  // absent | created | written | dropped | unknown (its disk was lost; it asks the others)
  std::optional<TokenValue> value;
  TokenStamp stamp;

  template <class V>
  void fields(V& v) {
    v(node, scheme, quorum_all, state, value, stamp);
  }
};

}  // namespace kin::wire
