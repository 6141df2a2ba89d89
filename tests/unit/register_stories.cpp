#include "register_stories.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <vector>

namespace kin::check {

namespace {

constexpr std::int64_t longest_latency = 100;

struct Pending {
  RegisterOperation operation;
  std::optional<std::int64_t> effect;  // nothing: it never takes effect
};

std::int64_t draw(std::mt19937_64& random, std::int64_t from, std::int64_t to) {
  return from + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(to - from + 1));
}

Pending draw_operation(const TrueRegister& shape, std::int64_t start, std::mt19937_64& random) {
  Pending out;
  RegisterOperation& one = out.operation;
  one.key = one.plain_key = "k" + std::to_string(draw(random, 0, static_cast<std::int64_t>(shape.keys) - 1));
  const auto kind = draw(random, 0, 9);
  one.op = kind < 5 ? RegisterOp::read : kind < 8 ? RegisterOp::write : RegisterOp::cas;
  one.start_ns = start;
  one.end_ns = start + draw(random, 1, longest_latency);
  out.effect = draw(random, start, *one.end_ns);
  one.outcome = Outcome::ok;
  const auto fate = draw(random, 0, 99);
  if (fate < shape.unknown_percent) {
    one.outcome = Outcome::unknown;
    out.effect = start + draw(random, 0, 20 * longest_latency);
    if (draw(random, 0, 1) == 0) out.effect.reset();
    if (draw(random, 0, 1) == 0) one.end_ns.reset();
  } else if (fate < shape.unknown_percent + shape.fail_percent) {
    one.outcome = Outcome::fail;
    out.effect.reset();
  }
  return out;
}

void take_effect(RegisterOperation& one, std::string& held, std::mt19937_64& random, int& last_value) {
  if (one.op == RegisterOp::read) {
    one.value = held;
    return;
  }
  one.value = std::to_string(++last_value);
  if (one.op == RegisterOp::cas) {
    one.expected =
        draw(random, 0, 2) == 0 || held == never_written ? std::to_string(draw(random, 1, last_value)) : held;
    one.swapped = one.expected == held;
    if (!one.swapped) return;
  }
  held = one.value;
}

bool explains(const std::vector<RegisterOperation>& operations, const std::vector<std::size_t>& order) {
  std::string held(never_written);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const RegisterOperation& one = operations[order[i]];
    for (std::size_t later = i + 1; later < order.size(); ++later) {
      const RegisterOperation& next = operations[order[later]];
      if (next.outcome == Outcome::ok && *next.end_ns < one.start_ns) return false;
    }
    const bool ok = one.outcome == Outcome::ok;
    if (one.op == RegisterOp::read && ok && held != one.value) return false;
    if (one.op == RegisterOp::write) held = one.value;
    if (one.op != RegisterOp::cas) continue;
    const bool swaps = held == one.expected;
    if (ok && swaps != one.swapped) return false;
    if (swaps) held = one.value;
  }
  return true;
}

}  // namespace

RegisterHistory true_history(const TrueRegister& shape, std::mt19937_64& random) {
  std::vector<Pending> all;
  std::vector<std::int64_t> free_at(static_cast<std::size_t>(shape.clients), 0);
  while (all.size() < shape.operations) {
    const auto client = std::min_element(free_at.begin(), free_at.end());
    Pending next = draw_operation(shape, *client + draw(random, 0, 10), random);
    next.operation.client = "c" + std::to_string(client - free_at.begin());
    next.operation.line = all.size() + 1;
    *client = next.operation.end_ns.value_or(next.operation.start_ns + longest_latency) + 1;
    all.push_back(std::move(next));
  }
  std::vector<std::size_t> by_effect(all.size());
  std::iota(by_effect.begin(), by_effect.end(), std::size_t{0});
  std::stable_sort(by_effect.begin(), by_effect.end(), [&](std::size_t left, std::size_t right) {
    return all[left].effect.value_or(0) < all[right].effect.value_or(0);
  });
  std::map<std::string, std::string> held;
  int last_value = 0;
  for (std::size_t position : by_effect) {
    std::string nobodys(never_written);
    RegisterOperation& one = all[position].operation;
    std::string& value = held.emplace(one.key, never_written).first->second;
    take_effect(one, all[position].effect ? value : nobodys, random, last_value);
  }
  RegisterHistory history;
  for (Pending& one : all) history.operations.push_back(std::move(one.operation));
  return history;
}

std::optional<std::size_t> make_one_read_stale(RegisterHistory& history, std::mt19937_64& random) {
  auto& all = history.operations;
  const std::size_t from = random() % all.size();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t at = (from + i) % all.size();
    RegisterOperation& read = all[at];
    if (read.op != RegisterOp::read || read.outcome != Outcome::ok) continue;
    auto sets_before = [&](const RegisterOperation& one, std::int64_t time) {
      return one.key == read.key && one.outcome == Outcome::ok && *one.end_ns < time &&
             (one.op == RegisterOp::write || one.swapped);
    };
    const RegisterOperation* newer = nullptr;
    for (const RegisterOperation& one : all)
      if (sets_before(one, read.start_ns) && (!newer || one.start_ns > newer->start_ns)) newer = &one;
    if (!newer) continue;
    const RegisterOperation* older = nullptr;
    for (const RegisterOperation& one : all)
      if (sets_before(one, newer->start_ns) && (!older || one.start_ns > older->start_ns)) older = &one;
    if (!older) continue;
    read.value = older->value;
    return at;
  }
  return std::nullopt;
}

RegisterHistory any_small_history(std::mt19937_64& random) {
  RegisterHistory history;
  const auto count = draw(random, 2, 6);
  for (std::int64_t i = 0; i < count; ++i) {
    RegisterOperation one;
    one.key = one.plain_key = "k";
    one.line = static_cast<std::size_t>(i + 1);
    one.client = "c" + std::to_string(i);
    one.op = static_cast<RegisterOp>(draw(random, 0, 2));
    one.value = std::to_string(draw(random, 1, 3));
    one.expected = draw(random, 0, 3) == 0 ? std::string(never_written) : std::to_string(draw(random, 1, 3));
    one.swapped = draw(random, 0, 1) == 1;
    if (one.op == RegisterOp::read && draw(random, 0, 3) == 0) one.value = never_written;
    one.start_ns = draw(random, 0, 8);
    one.end_ns = one.start_ns + draw(random, 0, 6);
    const auto fate = draw(random, 0, 9);
    one.outcome = fate < 6 ? Outcome::ok : fate < 9 ? Outcome::unknown : Outcome::fail;
    history.operations.push_back(std::move(one));
  }
  return history;
}

bool some_order_explains(const RegisterHistory& history) {
  const auto& all = history.operations;
  for (std::size_t happened = 0; happened < std::size_t{1} << all.size(); ++happened) {
    std::vector<std::size_t> order;
    bool possible = true;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool here = (happened >> i & 1U) != 0;
      if (here) order.push_back(i);
      if (here ? all[i].outcome == Outcome::fail : all[i].outcome == Outcome::ok) possible = false;
    }
    if (!possible) continue;
    do {
      if (explains(all, order)) return true;
    } while (std::next_permutation(order.begin(), order.end()));
  }
  return false;
}

}  // namespace kin::check
