// The atomic tier: tokens, which are (1,N) atomic registers with one writer and several readers. They never have
// siblings: whoever reads after a read has ended sees what that read saw, or something newer.
//
// The algorithm and its source: token.hpp. This class turns events into calls of the tokens that this node holds,
// refuses what was asked at the wrong node, and sends what one turn has to say to a peer as one message.
//
// token.hpp      one token: state, rules, and why they hold
//   holder.cpp   what it keeps, and what it answers to other holders
//   recovery.cpp a holder whose disk is new asks the others first
//   rounds.cpp   asking a quorum, storing at a quorum, time
//   changes.cpp  the writer: create, write, drop, one after the other
//   silence.cpp  the fault: never an answer again
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "node/protocols/atomic/token.hpp"
#include "node/protocols/protocol.hpp"

namespace kin::atomic {

// The requests of common/wire/tokens.hpp.
bool owns(wire::Kind kind);

class AtomicProtocol : public Protocol {
 public:
  explicit AtomicProtocol(const Environment& environment);

  void step(const Input& input, Outputs& out) override;
  void finish_turn(Outputs& out) override;
  wire::TierReport report(std::uint64_t now_ms) const override;
  void check_invariants() const override;

 private:
  struct Entry {
    const TokenScheme* scheme = nullptr;
    std::unique_ptr<Token> token;  // where this node is a holder
  };

  void on(const Started& started, Outputs& out);
  void on(const ClientCall& call, Outputs& out);
  void on(const PeerMessage& message, Outputs& out);
  void on(const Tick& tick, Outputs& out);
  void on(const RemoveMember&, Outputs&) {}  // schemes are static: a member that is gone goes on being a holder
  void on(const JobProgress& progress, Outputs& out);
  void on(const JobDone& job, Outputs& out);

  void handle(const ClientCall& call, const wire::TokenCreate& request, Outputs& out);
  void handle(const ClientCall& call, const wire::TokenWrite& request, Outputs& out);
  void handle(const ClientCall& call, const wire::TokenRead& request, Outputs& out);
  void handle(const ClientCall& call, const wire::TokenDrop& request, Outputs& out);
  void handle(const ClientCall& call, const wire::TokenList& request, Outputs& out);
  void handle(const ClientCall& call, const wire::TokenShow& request, Outputs& out);
  void handle(const ClientCall& call, const wire::TokenSilence& request, Outputs& out);

  // The token that the call is about, which this node may serve; else nullptr, and the call was refused, or there is
  // nothing to say since the node is silent about it.
  Token* at_writer(const ClientCall& call, const std::string& id, Outputs& out);
  Token* at_reader(const ClientCall& call, const std::string& id, Outputs& out);
  Token* at_holder(const ClientCall& call, const std::string& id, Outputs& out);
  const Entry* known(const ClientCall& call, const std::string& id, Outputs& out);

  void give_up_if_superseded(Outputs& out);
  void refuse(const ClientCall& call, Status status, std::string message, Outputs& out) const;
  std::string with_address(const NodeId& node) const;
  std::string with_addresses(const std::vector<NodeId>& nodes) const;

  Process process_;
  std::map<std::string, Entry, std::less<>> tokens_;  // of the tokens file
  bool gave_up_ = false;
};

}  // namespace kin::atomic
