#include "client/told_states.hpp"

#include <algorithm>
#include <utility>

namespace kin {

bool ToldStates::is_news(const wire::WatchEvent& event) {
  DotSet dots;
  for (const wire::ShownSibling& sibling : event.siblings) dots.add(sibling.dot);
  const auto [known, fresh] = last_.try_emplace(event.key, dots);
  if (fresh) {
    order_.push_back(event.key);
    if (order_.size() > most_) {
      last_.erase(order_.front());
      order_.pop_front();
    }
    return true;
  }
  if (known->second == dots) return false;
  known->second = std::move(dots);
  return true;
}

std::vector<std::string> ToldStates::alive() const {
  std::vector<std::string> out;
  for (const auto& [key, dots] : last_) {
    if (!dots.empty()) out.push_back(key);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace kin
