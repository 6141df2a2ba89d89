#include "driver/scenario/sim_question.hpp"

#include <algorithm>
#include <utility>

namespace kin::driver {
namespace {

// As often as the program looks whether its connection has come about.
constexpr sim::Micros ask_again_us = 10'000;

}  // namespace

SimQuestion::SimQuestion(SimClients& clients, SimAsked asked, std::function<void(Outcome)> then)
    : clients_(clients),
      asked_(std::move(asked)),
      then_(std::move(then)),
      deadline_(clients.cluster.agenda().now() + static_cast<sim::Micros>(asked_.timeout.count()) * 1000) {}

void SimQuestion::ask(SimClients& clients, SimAsked asked, std::function<void(Outcome)> then) {
  if (auto refusal = too_large(asked.body.size())) return then(tl::unexpected(std::move(*refusal)));
  const auto question = std::make_shared<SimQuestion>(clients, std::move(asked), std::move(then));
  clients.cluster.agenda().at(question->deadline_, [question] {
    const SimAsked& was = question->asked_;
    if (question->over_) return;
    question->came(tl::unexpected(question->call_ == 0 ? never_reached({was.at}, was.timeout)
                                                       : never_answered(was.what, {was.at}, was.timeout)));
  });
  question->send_when_reachable();
}

// A process that is there and runs takes connections, whatever it then does with the requests.
void SimQuestion::send_when_reachable() {
  if (over_) return;
  sim::SimCluster& cluster = clients_.cluster;
  const sim::Micros now = cluster.agenda().now();
  if (!cluster.up(asked_.at.node) || cluster.paused(asked_.at.node)) {
    if (now < deadline_)
      cluster.agenda().after(ask_again_us, [self = shared_from_this()] { self->send_when_reachable(); });
    return;
  }
  call_ = cluster.new_call();
  clients_.awaiting[call_] = [self = shared_from_this()](const Reply& reply) {
    self->came(read_answer(self->asked_.kind, reply.kind, reply.body, self->asked_.at));
  };
  cluster.ask(asked_.at.node, {{call_, asked_.kind, std::move(asked_.body), asked_.client}},
              std::max<sim::Micros>((deadline_ - now) / 1000, 1));
}

void SimQuestion::came(Outcome outcome) {
  over_ = true;
  clients_.awaiting.erase(call_);
  then_(std::move(outcome));
}

}  // namespace kin::driver
