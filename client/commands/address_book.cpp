#include "client/commands/address_book.hpp"

#include <sodium.h>

#include <algorithm>

#include "client/commands/screen.hpp"
#include "common/assert.hpp"
#include "common/config/cluster_config.hpp"
#include "common/listed.hpp"

namespace kin {
namespace {

std::string names(const std::vector<Endpoint>& endpoints) {
  return listed(endpoints, ", ", [](const Endpoint& endpoint) { return endpoint.title(); });
}

}  // namespace

tl::expected<AddressBook, Failure> AddressBook::open(const Globals& globals) {
  AddressBook book;
  if (!globals.config.empty()) {
    // A client serves buckets of every tier: their nodes decide.
    auto config = load_cluster_config(globals.config, {});
    if (!config) {
      return tl::unexpected(Failure{Status::bad_config, Applied::no, config.error().text(), "", 0, 0});
    }
    book.cluster_ = config->cluster;
    book.all_ = endpoints_of(*config);
    book.any_order_ = true;
  }
  if (!globals.node.empty()) {
    if (globals.config.empty()) {
      return tl::unexpected(usage_failure("--node needs the cluster file: --config FILE, or KIN_CONFIG"));
    }
    const auto found = std::find_if(book.all_.begin(), book.all_.end(),
                                    [&](const Endpoint& endpoint) { return endpoint.node == globals.node; });
    if (found == book.all_.end()) {
      return tl::unexpected(usage_failure("there is no node " + globals.node + " in " + globals.config +
                                          "; there are " + names(book.all_)));
    }
    book.pinned_ = *found;
    return book;
  }
  if (!globals.endpoints.empty()) {
    auto endpoints = parse_endpoints(globals.endpoints);
    if (!endpoints) return tl::unexpected(usage_failure(endpoints.error()));
    for (Endpoint& endpoint : *endpoints) {
      for (const Endpoint& known : book.all_) {
        if (known.text() == endpoint.text()) endpoint.node = known.node;
      }
    }
    book.all_ = std::move(*endpoints);
    book.any_order_ = false;
  }
  if (book.all_.empty()) {
    return tl::unexpected(usage_failure(
        "where are the nodes? Give --config FILE or --endpoints host:port, or set KIN_CONFIG or KIN_ENDPOINTS"));
  }
  return book;
}

std::vector<Endpoint> AddressBook::for_any() const {
  if (pinned_) return {*pinned_};
  std::vector<Endpoint> endpoints = all_;
  return any_order_ ? shuffled(std::move(endpoints)) : endpoints;
}

// Fisher and Yates.
std::vector<Endpoint> shuffled(std::vector<Endpoint> endpoints) {
  KIN_REQUIRE(sodium_init() >= 0, "libsodium does not start");
  for (std::size_t left = endpoints.size(); left > 1; --left) {
    std::swap(endpoints[left - 1], endpoints[randombytes_uniform(static_cast<std::uint32_t>(left))]);
  }
  return endpoints;
}

tl::expected<std::size_t, Failure> find_node(Client& client, const std::string& id) {
  const auto& endpoints = client.endpoints();
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    if (endpoints[i].node == id || endpoints[i].text() == id) return i;
  }
  const bool some_unnamed =
      std::any_of(endpoints.begin(), endpoints.end(), [](const Endpoint& one) { return one.node.empty(); });
  if (some_unnamed) {
    const auto answers = client.status_of_all();
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (answers[i] && answers[i]->node == id) return i;
    }
  }
  return tl::unexpected(usage_failure("there is no node " + id + "; there are " + names(endpoints)));
}

}  // namespace kin
