#include "driver/scenario/expectation.hpp"

#include <algorithm>

#include "common/listed.hpp"

namespace kin::driver {

namespace {

constexpr std::size_t longest_shown_value = 60;

std::string shown(const std::string& value) {
  if (value.size() <= longest_shown_value) return value;
  return value.substr(0, longest_shown_value) + "... (" + std::to_string(value.size()) + " bytes)";
}

std::vector<std::string> fitting_statuses(const Expectation& expected) {
  if (!expected.statuses.empty()) return expected.statuses;
  const std::size_t count = expected.siblings ? expected.siblings->size()
                                              : expected.sibling_count.value_or(expected.conflict == true ? 2 : 1);
  if (expected.absent || count == 0) return {"NOT_FOUND"};
  if (count > 1) return {"CONFLICT", "OK"};
  return {"OK"};
}

// Every expected value is there with its clock, and no other.
bool same_siblings(const std::vector<ExpectedSibling>& expected, std::vector<AnsweredSibling> there) {
  if (expected.size() != there.size()) return false;
  for (const ExpectedSibling& one : expected) {
    auto found = std::find_if(there.begin(), there.end(), [&](const AnsweredSibling& sibling) {
      return sibling.value == one.value && (!one.clock || *one.clock == sibling.clock);
    });
    if (found == there.end()) return false;
    there.erase(found);
  }
  return true;
}

std::string print_expected(const std::vector<ExpectedSibling>& siblings) {
  std::vector<std::string> words;
  words.reserve(siblings.size());
  for (const ExpectedSibling& sibling : siblings)
    words.push_back(shown(sibling.value) + (sibling.clock ? ' ' + print(*sibling.clock) : ""));
  return words.empty() ? "(nothing)" : listed(words, "  ");
}

}  // namespace

std::string print(const PrintedClock& clock) {
  std::vector<std::string> words;
  words.reserve(clock.size());
  for (std::uint64_t position : clock) words.push_back(std::to_string(position));
  return '[' + listed(words, ",") + ']';
}

std::string print_values(const ClientAnswer& answer) {
  std::vector<std::string> words;
  for (const AnsweredSibling& sibling : answer.siblings)
    words.push_back(shown(sibling.value) + ' ' + print(sibling.clock));
  std::sort(words.begin(), words.end());
  return words.empty() ? "(nothing)" : listed(words, "  ");
}

std::vector<std::string> what_is_wrong(const Expectation& expected, const ClientAnswer& answer) {
  std::vector<std::string> wrong;
  if (answer.not_played) return {"it was not played: " + answer.message};
  if (expected.any) return wrong;
  const auto statuses = fitting_statuses(expected);
  if (std::find(statuses.begin(), statuses.end(), answer.status) == statuses.end()) {
    wrong.push_back("status is " +
                    (answer.status.empty() ? "exit code " + std::to_string(answer.exit_code) : answer.status) +
                    ", expected " + listed(statuses, " or ") + (answer.message.empty() ? "" : ": " + answer.message));
  }
  if (expected.siblings && !same_siblings(*expected.siblings, answer.siblings))
    wrong.push_back("values are " + print_values(answer) + ", expected " + print_expected(*expected.siblings));
  if (expected.sibling_count && answer.sibling_count != *expected.sibling_count)
    wrong.push_back(std::to_string(answer.sibling_count) + " siblings (" + print_values(answer) + "), expected " +
                    std::to_string(*expected.sibling_count));
  if (expected.absent && !answer.siblings.empty())
    wrong.push_back("there is " + print_values(answer) + ", expected nothing");
  if (expected.clock && answer.clock != *expected.clock)
    wrong.push_back("clock is " + print(answer.clock) + ", expected " + print(*expected.clock));
  if (expected.conflict && answer.conflict != *expected.conflict)
    wrong.push_back(answer.conflict ? "there is a conflict: " + print_values(answer) : "there is no conflict");
  return wrong;
}

}  // namespace kin::driver
