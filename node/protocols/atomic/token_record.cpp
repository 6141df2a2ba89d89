#include "node/protocols/atomic/token_record.hpp"

#include <array>

namespace kin::atomic {
namespace {

constexpr std::array<std::string_view, 4> state_names{"absent", "created", "written", "dropped"};

std::string with(char letter, std::string_view id) {
  std::string out(1, letter);
  out += id;
  return out;
}

}  // namespace

std::string_view name(State state) { return state_names.at(static_cast<std::size_t>(state)); }

std::string flaw(const Record& record) {
  if (static_cast<std::size_t>(record.state) >= state_names.size()) return "a state that there is not";
  if ((record.state == State::absent) != (record.stamp == wire::TokenStamp{})) return "a stamp that does not fit";
  if ((record.state == State::written) != record.value.has_value()) return "a value that does not fit";
  if (record.value && (record.value->low > record.value->mid || record.value->mid >= record.value->high)) {
    return "a domain that is none";
  }
  return {};
}

bool join(Disks& into, const Disks& other) {
  bool changed = false;
  for (const auto& [holder, life] : other) {
    Incarnation& known = into[holder];
    if (life <= known) continue;
    known = life;
    changed = true;
  }
  return changed;
}

std::string record_key(std::string_view id) { return with('r', id); }
std::string holder_key(std::string_view id) { return with('h', id); }
std::string silence_key(std::string_view id) { return with('s', id); }

}  // namespace kin::atomic
