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
  const auto refuse = [](const std::string& why) {
    return tl::unexpected("this is not what a session has seen: " + why +
                          ". Take it whole from the last reply of the session");
  };
  const auto payload = parse_armoured(mark, text);
  if (!payload) return refuse(payload.error());
  auto frontier = decode<Frontier>(*payload);
  if (!frontier) return refuse("its content is not understood");
  return std::move(frontier->dots);
}

}  // namespace kin::wire
