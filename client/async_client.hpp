// The asynchronous core of the client: many requests in flight at once, over one connection a node.
//
//   AsyncClient client(endpoints, {});
//   client.submit(wire::Read{"default", "cart", {}}, [](Outcome outcome) { ... });
//   while (client.in_flight() > 0) client.poll(100ms);
//
// Replies carry the request's id and come in any order. Requests that are queued when poll() runs travel together in
// one ZeroMQ message, unless the options say otherwise. Of the replies that are there one poll() takes only some, so
// that who asks the next question in a callback has it sent, and the node something to do, before the last of them is
// read.
//
// Failing over. A request goes to the first endpoint that is connected, in the order in which they were given,
// beginning with the one that answered last. Each endpoint has a slice of the time that is left: when it is used up,
// one endpoint more is tried. What was sent and not answered is sent to a further endpoint only if it is a question
// (see is_question), or a write that names its operation: nodes take that for the same write. Such a write is sent a
// second time, to the next endpoint that can be reached, when half of the time that was left has passed, or later to
// the same one where there is no other. If that is refused, the refusal says nothing of the first, so its `applied` is
// unknown. All other writes leave at most once, since a second copy might be taken as a second write. A time-out is
// `unknown`.
//
// One object belongs to one thread, and callbacks run in poll() on that thread. They may submit. Nothing blocks but
// poll(), and nothing throws.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/endpoint.hpp"
#include "client/outcome.hpp"
#include "common/transport/transport.hpp"
#include "common/wire/requests.hpp"

namespace kin {

using OnOutcome = std::function<void(Outcome&&)>;
// A reply that is not the last one: how far the node is with the request.
using OnProgress = std::function<void(const wire::TokenProgress&)>;

using ConnectTo = std::function<std::unique_ptr<ClientTransport>(const Endpoint&)>;

struct ClientOptions {
  std::string cluster;                      // its name; empty where it is not known
  std::string name;                         // how the client names itself; empty: user@host:pid
  std::chrono::milliseconds timeout{2000};  // of a request, from submit to the callback; at least 1 ms
  int interrupt_fd = -1;                    // ends the waiting of poll() when it becomes readable; not owned
  bool one_a_message = false;               // no request travels with another: slower, for measuring what that costs
  ConnectTo connect;                        // empty: ClientTransport::connect
};

struct ClientCounters {
  std::uint64_t messages_sent = 0;  // ZeroMQ messages
  std::uint64_t requests_sent = 0;  // in them; a question that is asked again counts again
  std::uint64_t replies = 0;
  std::uint64_t late = 0;       // replies that nobody waited for any more
  std::uint64_t malformed = 0;  // what came and could not be read
};

// What decides whether a request may be sent a second time.
struct AskedFor {
  wire::Kind what{};   // also where it is inside a body of another kind
  bool named = false;  // a write that has the id of its operation
};

class AsyncClient {
 public:
  // There must be one endpoint at least.
  AsyncClient(std::vector<Endpoint> endpoints, ClientOptions options);
  ~AsyncClient();
  AsyncClient(const AsyncClient&) = delete;
  AsyncClient& operator=(const AsyncClient&) = delete;

  // `request` is a struct of common/wire/requests.hpp or tokens.hpp. The callback runs once, in a later poll(). `only`
  // pins the request to one endpoint by its position. Returns the request's id.
  template <class Request>
  std::uint64_t submit(const Request& request, OnOutcome done, std::optional<std::size_t> only = std::nullopt) {
    AskedFor asked{Request::kind};
    if constexpr (requires { request.operation.empty(); }) asked.named = !request.operation.empty();
    return submit(Request::kind, wire::encode(request), std::move(done), only, asked);
  }
  // What a session asks may be asked again if it is a question. A write is sent once: that it waits is no sign of loss,
  // and the refusal of a second copy would say nothing about the first.
  std::uint64_t submit(const wire::InSession& request, OnOutcome done, std::optional<std::size_t> only = std::nullopt) {
    return submit(wire::InSession::kind, wire::encode(request), std::move(done), only, {request.request, false});
  }
  std::uint64_t submit(wire::Kind kind, std::string body, OnOutcome done, std::optional<std::size_t> only,
                       const AskedFor& asked);
  // From now on progress of this request is told in poll(), and nothing more after its outcome; without this it is
  // passed over. It does not move the request's deadline.
  void on_progress(std::uint64_t id, OnProgress progress);

  // The most replies that one poll() takes, of each endpoint; the others are taken by the next one, which does not
  // wait.
  static constexpr std::size_t replies_a_poll = 64;

  // Sends what is queued, takes what has come, ends what is overdue; when nothing of that was to be done, waits for it
  // at most `longest`. Returns false when the wait was ended by the interrupt.
  bool poll(std::chrono::milliseconds longest);

  // Of the requests that are submitted from now on; at least 1 ms.
  void set_timeout(std::chrono::milliseconds timeout);
  // From now on waiting is not ended by the interrupt: for who has seen it, and has still to hear what became of what
  // it sent.
  void ignore_interrupts();

  // While a callback runs: whether its request was sent more than once, so that two nodes may have taken it, each in
  // its place, and the answer tells of one.
  bool sent_again() const;

  std::size_t in_flight() const;  // requests whose callback has not run
  const std::vector<Endpoint>& endpoints() const;
  const ClientOptions& options() const;
  const ClientCounters& counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kin
