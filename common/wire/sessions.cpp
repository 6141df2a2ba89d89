#include "common/wire/sessions.hpp"

#include "common/wire/armour.hpp"

namespace kin::wire {
namespace {

constexpr std::string_view mark = "f1.";

struct Frontier {
  DotSet dots;

  template <class V>
  void fields(V& v) {
    v(dots);
  }
};

}  // namespace

std::string print_frontier(const DotSet& dots) { return print_armoured(mark, encode(Frontier{dots})); }

tl::expected<DotSet, std::string> parse_frontier(std::string_view text) {
  const auto refusal = [](const std::string& why) {
    return "this is not what a session has seen: " + why + ". Take it whole from the last reply of the session";
  };
  return parse_armoured_as<Frontier>(mark, text)
      .map([](Frontier&& frontier) { return std::move(frontier.dots); })
      .map_error(refusal);
}

}  // namespace kin::wire
