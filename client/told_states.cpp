#include "client/told_states.hpp"

#include <utility>

#include "common/wire/codec.hpp"

namespace kin {

bool ToldStates::is_news(const wire::WatchEvent& event) {
  DotSet dots;
  for (const wire::ShownSibling& sibling : event.siblings) dots.add(sibling.dot);
  std::string state = wire::encode(dots);
  const auto [known, fresh] = last_.try_emplace(event.key, state);
  if (fresh) {
    order_.push_back(event.key);
    if (order_.size() > most_) {
      last_.erase(order_.front());
      order_.pop_front();
    }
    return true;
  }
  if (known->second == state) return false;
  known->second = std::move(state);
  return true;
}

}  // namespace kin
