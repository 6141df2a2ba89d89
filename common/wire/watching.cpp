#include "common/wire/watching.hpp"

#include "common/wire/armour.hpp"

namespace kin::wire {
namespace {

constexpr std::string_view watch_mark = "w1.", conflicts_mark = "c1.";

template <class Token>
tl::expected<Token, std::string> parse(std::string_view mark, std::string_view text) {
  const auto refusal = [](const std::string& why) {
    return "this is not where a watch can go on: " + why + ". Take the token whole from the watch";
  };
  return parse_armoured_as<Token>(mark, text).map_error(refusal);
}

}  // namespace

std::string watch_hash(std::string_view bucket, std::string_view name, bool is_prefix) {
  std::string all(bucket);
  all += '\0';
  all += is_prefix ? 'p' : 'k';
  all += name;
  return short_hash(all, 8);
}

std::string print_watch(const WatchToken& token) { return print_armoured(watch_mark, encode(token)); }
std::string print_watch(const ConflictsToken& token) { return print_armoured(conflicts_mark, encode(token)); }

tl::expected<WatchToken, std::string> parse_watch(std::string_view text) { return parse<WatchToken>(watch_mark, text); }

tl::expected<ConflictsToken, std::string> parse_conflicts_watch(std::string_view text) {
  return parse<ConflictsToken>(conflicts_mark, text);
}

}  // namespace kin::wire
