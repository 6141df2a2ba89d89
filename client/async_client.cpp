#include "client/async_client.hpp"

#include <poll.h>

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>

#include "client/identity.hpp"
#include "client/timers.hpp"
#include "common/assert.hpp"

namespace kin {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t coalesced_bytes = 1u << 20;
// ZMQ_FD tells of changes only once, and taking replies may use up the news that a connection became writable. So
// while something is queued, the wait is cut into pieces of this length.
constexpr milliseconds ask_again_whether_writable{10};
constexpr milliseconds shortest_share{1};
constexpr std::chrono::hours longest_sleep{1};  // far below what poll() and a time can hold

// Of a request that was sent to two nodes: whether the other one may have taken what this one refuses. What is wrong
// with the request itself is wrong at each of them.
bool may_say_otherwise(Status refusal) {
  switch (refusal) {
    case Status::usage:
    case Status::bad_config:
    case Status::wrong_tier:
    case Status::not_writer:
    case Status::unsupported:
    case Status::denied: return false;
    default: return true;
  }
}

// Still, nothing is certain of it before the other one has said so.
Failure doubted(Failure failure, const std::vector<Endpoint>& open) {
  failure.applied = Applied::unknown;
  failure.message +=
      "; it was sent to " + open.front().title() + " too, which has not answered and may have applied it";
  return failure;
}

struct Connection {
  Endpoint endpoint;
  std::unique_ptr<ClientTransport> transport;  // none until a request needs it
  std::string frame;                           // what leaves next
  std::vector<std::uint64_t> in_frame;         // the requests in it
  std::string message;                         // the last one that came
  std::size_t taken = 0;                       // how much of it was read
};

struct Request {
  wire::Kind kind{};
  AskedFor asked;
  std::string body;
  OnOutcome done;
  OnProgress progress;
  std::optional<std::size_t> only;
  std::size_t start = 0;   // the endpoint that is its first choice; choices go round from there
  std::size_t opened = 0;  // how many choices may be used by now
  bool queued = true;
  std::vector<std::size_t> sent;                            // the choices that it was sent to
  std::vector<std::pair<std::size_t, Failure>> refused_by;  // copies of a write that may have been applied elsewhere
  Clock::time_point deadline;
  Clock::time_point wakes;  // the time of its entry among the timers; others of it do not count any more
};

}  // namespace

struct AsyncClient::State {
  ClientOptions options;
  std::vector<Endpoint> endpoints;
  std::vector<Connection> connections;  // in the order of the endpoints
  std::unordered_map<std::uint64_t, Request> requests;
  std::deque<std::uint64_t> queue;  // the queued ones; those that ended meanwhile are skipped
  Timers timers;
  std::vector<std::pair<OnOutcome, Failure>> refused;
  std::uint64_t next_id = 1;
  std::size_t preferred = 0;  // the endpoint that answered last
  ClientCounters counters;
  bool sent_again = false;  // of the request whose callback runs

  std::size_t different(const Request& request) const { return request.only ? 1 : endpoints.size(); }
  // The last choice of a write that may be sent again is the endpoint that it was sent to: where no other is there, it
  // goes to that one twice.
  std::size_t choices(const Request& request) const { return different(request) + (request.asked.named ? 1 : 0); }
  // None for that last one before the write was sent.
  std::optional<std::size_t> choice(const Request& request, std::size_t i) const {
    if (i < different(request)) return request.only ? *request.only : (request.start + i) % endpoints.size();
    return request.sent.empty() ? std::nullopt : choice(request, request.sent.front());
  }
  // The first choice that may be used, can be written to, and was not.
  std::optional<std::size_t> next_choice(const Request& request, const std::vector<char>& writable) const {
    for (std::size_t i = 0; i < request.opened; ++i) {
      const auto at = choice(request, i);
      const bool was_sent = std::find(request.sent.begin(), request.sent.end(), i) != request.sent.end();
      if (at && writable[*at] != 0 && !was_sent) return i;
    }
    return std::nullopt;
  }

  bool turn();
  bool end_overdue();
  bool send_queued();
  bool send_frame(Connection& connection);
  void note_sent(const std::vector<std::uint64_t>& ids);
  void take_back(const std::vector<std::uint64_t>& ids);
  bool take_replies();
  bool take_some(std::size_t from);
  void take_item(const wire::Item& item, std::size_t from);
  void refuse_item(const wire::BadItem& bad, const Endpoint& from);
  void tell_progress(const OnProgress& tell, std::string_view body);
  void open_one_more(std::uint64_t id, Request& request, Clock::time_point now);
  void set_timer(std::uint64_t id, Request& request, Clock::time_point when);
  bool stands(const Timers::Timer& timer) const;
  const Timers::Timer* next_timer(Clock::time_point latest);
  void finish(std::uint64_t id, Outcome&& outcome);
  std::vector<Endpoint> open_at(const Request& request) const;
  Failure overdue(const Request& request) const;
  bool wait(milliseconds longest);
};

AsyncClient::AsyncClient(std::vector<Endpoint> endpoints, ClientOptions options) : state_(std::make_unique<State>()) {
  KIN_REQUIRE(!endpoints.empty(), "a client without an endpoint");
  State& s = *state_;
  s.options = std::move(options);
  if (s.options.name.empty()) s.options.name = default_client_name();
  set_timeout(s.options.timeout);
  if (!s.options.connect) {
    s.options.connect = [](const Endpoint& to) { return ClientTransport::connect(to.host, to.port); };
  }
  s.endpoints = std::move(endpoints);
  for (const Endpoint& endpoint : s.endpoints) s.connections.push_back({endpoint, nullptr, {}, {}, {}, 0});
}

AsyncClient::~AsyncClient() = default;

void AsyncClient::set_timeout(milliseconds timeout) { state_->options.timeout = std::max(timeout, milliseconds(1)); }

void AsyncClient::ignore_interrupts() { state_->options.interrupt_fd = -1; }

std::size_t AsyncClient::in_flight() const { return state_->requests.size() + state_->refused.size(); }
const std::vector<Endpoint>& AsyncClient::endpoints() const { return state_->endpoints; }
const ClientOptions& AsyncClient::options() const { return state_->options; }
const ClientCounters& AsyncClient::counters() const { return state_->counters; }
bool AsyncClient::sent_again() const { return state_->sent_again; }

std::uint64_t AsyncClient::submit(wire::Kind kind, std::string body, OnOutcome done, std::optional<std::size_t> only,
                                  const AskedFor& asked) {
  State& s = *state_;
  KIN_REQUIRE(!only || *only < s.endpoints.size(), "endpoint " + std::to_string(only.value_or(0)));
  const std::uint64_t id = s.next_id++;
  if (auto refusal = too_large(body.size())) {
    s.refused.emplace_back(std::move(done), std::move(*refusal));
    return id;
  }
  Request request;
  request.kind = kind;
  request.asked = asked;
  request.body = std::move(body);
  request.done = std::move(done);
  request.only = only;
  request.start = s.preferred;
  const auto now = Clock::now();
  request.deadline = now + s.options.timeout;
  s.queue.push_back(id);
  s.open_one_more(id, s.requests.emplace(id, std::move(request)).first->second, now);
  return id;
}

void AsyncClient::on_progress(std::uint64_t id, OnProgress progress) {
  const auto found = state_->requests.find(id);
  if (found != state_->requests.end()) found->second.progress = std::move(progress);
}

bool AsyncClient::poll(milliseconds longest) {
  State& s = *state_;
  if (s.turn()) return true;
  const bool uninterrupted = s.wait(longest);
  s.turn();
  return uninterrupted;
}

bool AsyncClient::State::turn() {
  bool worked = !refused.empty();
  sent_again = false;
  for (auto& [done, failure] : std::exchange(refused, {})) done(tl::unexpected(std::move(failure)));
  worked |= end_overdue();
  worked |= send_queued();
  worked |= take_replies();  // last: see ask_again_whether_writable
  return worked;
}

bool AsyncClient::State::end_overdue() {
  const auto now = Clock::now();
  bool worked = false;
  while (const Timers::Timer* due = next_timer(now)) {
    worked = true;
    const std::uint64_t id = due->second;
    Request& request = requests.at(id);
    if (now >= request.deadline) {
      finish(id, tl::unexpected(overdue(request)));
      continue;
    }
    if (!request.queued) {
      request.queued = true;
      queue.push_back(id);
    }
    open_one_more(id, request, now);
  }
  return worked;
}

// The next choice becomes usable, and the time until the one after it is this choice's share of what is left.
void AsyncClient::State::open_one_more(std::uint64_t id, Request& request, Clock::time_point now) {
  const std::size_t all = choices(request);
  if (request.opened < all) {
    if (const auto at = choice(request, request.opened); at && !connections[*at].transport) {
      connections[*at].transport = options.connect(connections[*at].endpoint);
    }
    ++request.opened;
  }
  const std::size_t left = all - request.opened;
  const auto share = (request.deadline - now) / static_cast<int>(left + 1);
  // When all may be used and one was passed over, since it could not be written to: it may have come by then.
  const bool look_again = left == 0 && request.sent.size() < all && share / 2 >= shortest_share;
  set_timer(id, request, left > 0 ? now + share : look_again ? now + share / 2 : request.deadline);
}

void AsyncClient::State::set_timer(std::uint64_t id, Request& request, Clock::time_point when) {
  if (request.wakes == when) return;  // it stands there already
  request.wakes = when;
  timers.add({when, id}, requests.size(), [this](const Timers::Timer& timer) { return stands(timer); });
}

bool AsyncClient::State::stands(const Timers::Timer& timer) const {
  const auto found = requests.find(timer.second);
  return found != requests.end() && found->second.wakes == timer.first;
}

const Timers::Timer* AsyncClient::State::next_timer(Clock::time_point latest) {
  return timers.next(latest, [this](const Timers::Timer& timer) { return stands(timer); });
}

bool AsyncClient::State::send_queued() {
  if (queue.empty()) return false;
  std::vector<char> writable(connections.size(), 0);
  for (std::size_t i = 0; i < connections.size(); ++i) {
    writable[i] = connections[i].transport && connections[i].transport->writable(0) ? 1 : 0;
  }
  bool worked = false;
  const auto now = Clock::now();
  std::vector<std::uint64_t> stay;
  while (!queue.empty()) {
    const std::uint64_t id = queue.front();
    queue.pop_front();
    auto found = requests.find(id);
    if (found == requests.end() || !found->second.queued) continue;
    Request& request = found->second;
    const auto next = next_choice(request, writable);
    if (!next) {
      // A question that was sent everywhere has nothing to wait for in the queue.
      if (request.sent.size() < choices(request)) {
        stay.push_back(id);
      } else {
        request.queued = false;
      }
      continue;
    }
    const std::size_t at = choice(request, *next).value();
    Connection& connection = connections[at];
    const std::size_t longest = options.one_a_message ? 0 : coalesced_bytes;
    if (!connection.frame.empty() && connection.frame.size() + request.body.size() > longest) {
      queue.push_front(id);
      // Not asked for again after each frame: that is a system call, and a frame that cannot leave says so itself.
      const bool sent = send_frame(connection);
      writable[at] = sent ? 1 : 0;
      worked |= sent;
      continue;
    }
    wire::EnvelopeView envelope;
    envelope.cluster = options.cluster;
    envelope.kind = request.kind;
    envelope.request_id = id;
    envelope.sender = options.name;
    const auto left = std::chrono::duration_cast<milliseconds>(request.deadline - now).count();
    envelope.deadline_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(left, 1));
    wire::append_item(connection.frame, envelope, std::string_view(request.body));
    connection.in_frame.push_back(id);
    request.queued = false;
    request.sent.push_back(*next);
  }
  for (std::size_t i = 0; i < connections.size(); ++i) {
    if (!connections[i].frame.empty()) worked |= send_frame(connections[i]);
  }
  queue.insert(queue.end(), stay.begin(), stay.end());
  return worked;
}

bool AsyncClient::State::send_frame(Connection& connection) {
  const bool sent = connection.transport->send(connection.frame);
  if (sent) {
    ++counters.messages_sent;
    counters.requests_sent += connection.in_frame.size();
    note_sent(connection.in_frame);
  } else {
    take_back(connection.in_frame);
  }
  connection.frame.clear();
  connection.in_frame.clear();
  return sent;
}

// A write that was sent is not opened to further endpoints, or once only, when it names its operation.
void AsyncClient::State::note_sent(const std::vector<std::uint64_t>& ids) {
  std::optional<Clock::time_point> now;
  for (const std::uint64_t id : ids) {
    Request& request = requests.at(id);
    if (is_question(request.asked.what)) continue;
    if (!now) now = Clock::now();
    const bool again = request.asked.named && request.sent.size() == 1;
    set_timer(id, request, again ? *now + (request.deadline - *now) / 2 : request.deadline);
  }
}

// Nothing left: as if it had not been tried. Back into the queue in the old order, before what was behind them.
void AsyncClient::State::take_back(const std::vector<std::uint64_t>& ids) {
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    Request& request = requests.at(*id);
    request.sent.pop_back();
    request.queued = true;
    queue.push_front(*id);
  }
}

bool AsyncClient::State::take_replies() {
  bool worked = false;
  for (std::size_t i = 0; i < connections.size(); ++i) worked |= take_some(i);
  return worked;
}

bool AsyncClient::State::take_some(std::size_t from) {
  Connection& connection = connections[from];
  std::size_t items = 0;
  for (; items < replies_a_poll; ++items) {
    if (connection.taken == connection.message.size()) {
      if (!connection.transport || !connection.transport->receive(connection.message, 0)) break;
      connection.taken = 0;
      if (connection.message.empty()) continue;
    }
    const auto item = wire::next_item(connection.message, connection.taken);
    if (item) {
      take_item(*item, from);
    } else {
      connection.taken = connection.message.size();  // where the next item begins is not known
      refuse_item(item.error(), connection.endpoint);
    }
  }
  return items > 0;
}

void AsyncClient::State::refuse_item(const wire::BadItem& bad, const Endpoint& from) {
  ++counters.malformed;
  if (!bad.newer_version || !requests.contains(bad.request_id)) return;
  finish(bad.request_id,
         tl::unexpected(own_failure(
             Status::internal, Applied::unknown,
             from.title() + " answers in a newer version of the protocol than this client knows: " + bad.what)));
}

void AsyncClient::State::take_item(const wire::Item& item, std::size_t from) {
  const auto found = requests.find(item.envelope.request_id);
  if (found == requests.end()) {
    ++counters.late;
    return;
  }
  ++counters.replies;
  if (item.envelope.kind == wire::Kind::token_progress) {
    const OnProgress copy = found->second.progress;  // it may submit, which moves the requests
    return tell_progress(copy, item.body);
  }
  if (!found->second.only) preferred = from;
  Outcome outcome = read_answer(found->second.kind, item.envelope.kind, item.body, endpoints[from]);
  if (!outcome && !is_question(found->second.asked.what) && outcome.error().applied == Applied::no) {
    Request& request = found->second;
    request.refused_by.emplace_back(from, outcome.error());
    if (const auto open = open_at(request); !open.empty()) {
      if (may_say_otherwise(outcome.error().status)) return;
      outcome = tl::unexpected(doubted(std::move(outcome.error()), open));
    }
  }
  finish(found->first, std::move(outcome));
}

void AsyncClient::State::tell_progress(const OnProgress& tell, std::string_view body) {
  const auto progress = wire::decode<wire::TokenProgress>(body);
  if (!progress) {
    ++counters.malformed;
  } else if (tell) {
    tell(*progress);
  }
}

// Takes the request out before its callback runs, which may submit the next one.
void AsyncClient::State::finish(std::uint64_t id, Outcome&& outcome) {
  const auto found = requests.find(id);
  OnOutcome done = std::move(found->second.done);
  sent_again = found->second.sent.size() > 1;
  requests.erase(found);
  done(std::move(outcome));
}

// Where a write was sent that did not refuse it yet.
std::vector<Endpoint> AsyncClient::State::open_at(const Request& request) const {
  std::vector<std::size_t> open;
  for (const std::size_t i : request.sent) open.push_back(choice(request, i).value());
  for (const auto& [by, failure] : request.refused_by) {
    if (const auto one = std::find(open.begin(), open.end(), by); one != open.end()) open.erase(one);
  }
  std::vector<Endpoint> out;
  out.reserve(open.size());
  for (const std::size_t i : open) out.push_back(endpoints[i]);
  return out;
}

Failure AsyncClient::State::overdue(const Request& request) const {
  std::vector<Endpoint> named;
  if (request.sent.empty()) {
    for (std::size_t i = 0; i < std::min(request.opened, different(request)); ++i) {
      named.push_back(endpoints[choice(request, i).value()]);
    }
    return never_reached(named, options.timeout);
  }
  Failure failure = never_answered(request.asked.what, open_at(request), options.timeout);
  for (const auto& [by, refusal] : request.refused_by) {
    failure.message += "; " + endpoints[by].title() + " refused a copy of it: " + refusal.message;
  }
  return failure;
}

bool AsyncClient::State::wait(milliseconds longest) {
  std::vector<pollfd> fds;
  if (options.interrupt_fd >= 0) fds.push_back({options.interrupt_fd, POLLIN, 0});
  for (const Connection& connection : connections) {
    if (connection.transport) fds.push_back({connection.transport->fd(), POLLIN, 0});
  }
  auto left = std::min(longest, milliseconds(longest_sleep));
  const auto now = Clock::now();
  if (const Timers::Timer* next = next_timer(now + left)) {
    left = std::min(left, std::chrono::ceil<milliseconds>(next->first - now));
  }
  if (!queue.empty()) left = std::min(left, ask_again_whether_writable);
  ::poll(fds.data(), static_cast<nfds_t>(fds.size()), static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  return options.interrupt_fd < 0 || fds.front().revents == 0;
}

}  // namespace kin
