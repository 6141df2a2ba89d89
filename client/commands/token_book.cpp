#include "client/commands/token_book.hpp"

#include <algorithm>

#include "client/commands/screen.hpp"
#include "client/render/bytes.hpp"

namespace kin {
namespace {

// With the ids that the nodes give themselves, where only their addresses are known.
std::vector<Endpoint> named_endpoints(Client& client) {
  std::vector<Endpoint> out = client.endpoints();
  if (std::none_of(out.begin(), out.end(), [](const Endpoint& one) { return one.node.empty(); })) return out;
  const auto answers = client.status_of_all();
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i].node.empty() && answers[i]) out[i].node = answers[i]->node;
  }
  return out;
}

std::string ids_of(const std::vector<TokenScheme>& tokens) {
  constexpr std::size_t most_named = 10;
  std::string text;
  for (std::size_t i = 0; i < tokens.size() && i < most_named; ++i) {
    text += (i == 0 ? "" : ", ") + shortened(tokens[i].id, 40);
  }
  if (tokens.size() > most_named) text += " and " + std::to_string(tokens.size() - most_named) + " more";
  return tokens.empty() ? "there is none" : "there are " + text;
}

}  // namespace

std::vector<Endpoint> TokenHolders::all() const {
  std::vector<Endpoint> out = readers;
  if (writer && std::find(out.begin(), out.end(), *writer) == out.end()) out.push_back(*writer);
  return out;
}

tl::expected<TokenBook, Failure> TokenBook::open(const Globals& globals) {
  TokenBook out;
  auto book = AddressBook::open(globals);
  if (!book) return tl::unexpected(book.error());
  out.book_ = std::move(*book);
  if (globals.config.empty()) return out;
  auto config = load_cluster_and_tokens(globals.config, {});
  if (!config) return tl::unexpected(Failure{Status::bad_config, Applied::no, config.error().text(), "", 0, 0});
  out.has_file_ = !config->tokens_file.empty();
  out.tokens_ = std::move(config->tokens);
  return out;
}

tl::expected<std::vector<TokenScheme>, Failure> TokenBook::schemes(Client& client) const {
  if (has_file_) return tokens_;
  auto reply = client.token_list();
  if (!reply) return tl::unexpected(reply.error());
  std::vector<TokenScheme> out;
  for (wire::TokenRow& row : reply->tokens) {
    out.push_back({std::move(row.id), std::move(row.writer), std::move(row.readers)});
  }
  return out;
}

tl::expected<TokenHolders, Failure> TokenBook::holders(const std::string& id, const ClientOptions& options) const {
  if (auto wrong = impossible_id(id)) return tl::unexpected(std::move(*wrong));
  Client client(book_.all(), options);
  const auto tokens = schemes(client);
  if (!tokens) return tl::unexpected(tokens.error());
  const auto found = std::find_if(tokens->begin(), tokens->end(), [&](const TokenScheme& one) { return one.id == id; });
  if (found == tokens->end()) {
    return tl::unexpected(Failure{Status::not_found, Applied::no,
                                  "the tokens file has no token " + shortened(id, 60) + "; " + ids_of(*tokens), "", 0,
                                  0});
  }
  const std::vector<Endpoint> known = named_endpoints(client);
  const auto endpoint_of = [&](const NodeId& node) {
    return std::find_if(known.begin(), known.end(),
                        [&](const Endpoint& one) { return one.node == node || one.text() == node; });
  };
  const auto writer = endpoint_of(found->writer);
  TokenHolders out{id, writer == known.end() ? std::nullopt : std::optional(*writer), found->writer, {}};
  for (const NodeId& node : found->readers) {
    if (const auto reader = endpoint_of(node); reader != known.end()) out.readers.push_back(*reader);
  }
  return out;
}

std::string TokenBook::address(const NodeId& node) const {
  for (const Endpoint& endpoint : book_.all()) {
    if (endpoint.node == node) return endpoint.text();
  }
  return node.str();
}

std::optional<Failure> impossible_id(const std::string& id) {
  if (valid_token_id(id)) return std::nullopt;
  return usage_failure("'" + shortened(id, 60) + "' is no token's id: one line of 1 to 255 bytes");
}

}  // namespace kin
