#include "driver/check/linearizable_check.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "common/assert.hpp"

namespace kin::check {

namespace {

using Positions = std::vector<std::size_t>;

constexpr std::size_t most_told = 5;  // operations of a kind in a story

// Judges one key.
class KeyJudge {
 public:
  KeyJudge(const RegisterHistory& history, const Positions& of_key) : operations_(history.operations), of_key_(of_key) {
    for (std::size_t position : of_key_) add(position);
  }

  void judge(const SearchLimits& limits, LinearizableVerdict& verdict) const;

 private:
  void add(std::size_t position);
  std::uint32_t number(const std::string& value);
  Positions positions(const Positions& moves) const;
  std::string title(std::size_t position) const;
  std::string needs(std::size_t position) const;
  std::string who_wrote(const std::string& value) const;
  std::string story(const SearchResult& result) const;

  const std::vector<RegisterOperation>& operations_;
  const Positions& of_key_;
  std::vector<Move> moves_;
  Positions position_of_;  // of each move
  std::map<std::string, std::uint32_t> numbers_{{std::string(never_written), 0}};
  std::vector<std::string> values_{std::string(never_written)};
};

std::uint32_t KeyJudge::number(const std::string& value) {
  const auto [found, fresh] = numbers_.emplace(value, static_cast<std::uint32_t>(values_.size()));
  if (fresh) values_.push_back(value);
  return found->second;
}

void KeyJudge::add(std::size_t position) {
  const RegisterOperation& one = operations_[position];
  const bool ok = one.outcome == Outcome::ok;
  if (one.outcome == Outcome::fail || (!ok && one.op == RegisterOp::read)) return;
  KIN_REQUIRE(!ok || one.end_ns, "line " + std::to_string(one.line));
  Move move;
  if (one.op == RegisterOp::read) {
    move.need = Move::Need::equals;
    move.expected = number(one.value);
  } else if (one.op == RegisterOp::write) {
    move.sets = number(one.value);
  } else if (ok && !one.swapped) {
    move.need = Move::Need::differs;
    move.expected = number(one.expected);
  } else {
    move.need = Move::Need::equals;
    move.expected = number(one.expected);
    move.sets = number(one.value);
  }
  move.start_ns = one.start_ns;
  if (ok) move.end_ns = one.end_ns;
  moves_.push_back(move);
  position_of_.push_back(position);
}

Positions KeyJudge::positions(const Positions& moves) const {
  Positions out;
  for (std::size_t move : moves) out.push_back(position_of_[move]);
  return out;
}

std::string KeyJudge::title(std::size_t position) const {
  const RegisterOperation& one = operations_[position];
  std::string out(name(one.op));
  if (one.op == RegisterOp::cas) out += ' ' + one.expected + " to";
  if (one.op != RegisterOp::read) out += ' ' + one.value;
  out += " by " + one.client + " (line " + std::to_string(one.line);
  if (one.outcome != Outcome::ok) out += ", " + std::string(name(one.outcome));
  return out + ')';
}

// Where a value that somebody saw can have come from, if it is not plain.
std::string KeyJudge::who_wrote(const std::string& value) const {
  if (value == never_written) return "";
  for (const Move& move : moves_)
    if (move.sets && values_[*move.sets] == value) return "";
  for (std::size_t position : of_key_) {
    const RegisterOperation& one = operations_[position];
    if (one.op != RegisterOp::read && one.value == value) return ", which was not set: " + title(position);
  }
  return ", which nobody wrote to this key";
}

std::string KeyJudge::needs(std::size_t position) const {
  const RegisterOperation& one = operations_[position];
  if (one.op == RegisterOp::read) return title(position) + " showed " + one.value + who_wrote(one.value);
  if (one.swapped) return title(position) + " swapped, so it found " + one.expected + who_wrote(one.expected);
  return title(position) + " did not swap, so it found something else than " + one.expected;
}

std::string KeyJudge::story(const SearchResult& result) const {
  const auto certain = std::count_if(moves_.begin(), moves_.end(), [](const Move& move) { return bool(move.end_ns); });
  const auto placed = std::count_if(result.order.begin(), result.order.end(),
                                    [&](std::size_t move) { return bool(moves_[move].end_ns); });
  std::string out = "no order explains more than " + std::to_string(placed) + " of the " + std::to_string(certain) +
                    " operations that are ok. ";
  if (result.order.empty()) {
    out += "At the start the register holds ";
  } else {
    out += "The longest ends with ";
    const std::size_t from = result.order.size() - std::min(most_told, result.order.size());
    for (std::size_t i = from; i < result.order.size(); ++i)
      out += (i == from ? "" : ", ") + title(position_of_[result.order[i]]);
    out += "; the register then holds ";
  }
  out += values_[result.holds] + ", but ";
  for (std::size_t i = 0; i < std::min(most_told, result.open.size()); ++i)
    out += (i == 0 ? "" : ", and ") + needs(position_of_[result.open[i]]);
  if (result.open.size() > most_told) out += ", and " + std::to_string(result.open.size() - most_told) + " more";
  return out;
}

void KeyJudge::judge(const SearchLimits& limits, LinearizableVerdict& verdict) const {
  if (moves_.empty()) return;
  const std::string& key = operations_[of_key_.front()].key;
  const SearchResult result = search_order(moves_, limits);
  using End = SearchResult::End;
  switch (result.end) {
    case End::placed: return;
    case End::stuck:
      verdict.violations.push_back({key, story(result), positions(result.order), positions(result.open)});
      return;
    case End::steps:
      verdict.not_judged.push_back("key " + key + ": the search took more than " + std::to_string(limits.most_steps) +
                                   " steps");
      return;
    case End::memory:
      verdict.not_judged.push_back("key " + key + ": the search took more than " + std::to_string(limits.most_memory) +
                                   " bytes");
      return;
  }
}

}  // namespace

LinearizableVerdict check_linearizable(const RegisterHistory& history, const SearchLimits& limits) {
  std::map<std::string, Positions> keys;
  for (std::size_t i = 0; i < history.operations.size(); ++i) keys[history.operations[i].key].push_back(i);
  LinearizableVerdict verdict;
  for (const auto& [key, positions] : keys) KeyJudge(history, positions).judge(limits, verdict);
  return verdict;
}

}  // namespace kin::check
