#include "node/storage/store.hpp"

#include "common/assert.hpp"

namespace kin {
namespace {

// The first key behind all that start with `prefix`; empty where there is none.
std::string behind(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace

std::vector<std::optional<std::string>> StoreView::get_all(std::span<const std::string> keys) const {
  std::vector<std::optional<std::string>> values;
  values.reserve(keys.size());
  for (const std::string& key : keys) values.push_back(get(key));
  return values;
}

std::string Overlay::full(std::string_view key) const {
  std::string out;
  out.reserve(prefix_.size() + key.size());
  return out.append(prefix_).append(key);
}

std::optional<std::string> Overlay::get(std::string_view key) const {
  const auto laid_over = [&](std::string_view name) {
    const auto written = writes_.find(name);
    return written != writes_.end() ? written->second : base_.get(name);
  };
  return prefix_.empty() ? laid_over(key) : laid_over(full(key));
}

std::vector<std::optional<std::string>> Overlay::get_all(std::span<const std::string> keys) const {
  std::vector<std::optional<std::string>> values(keys.size());
  std::vector<std::string> below;
  std::vector<std::size_t> places;  // of those among all
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::string name = full(keys[i]);
    if (const auto written = writes_.find(name); written != writes_.end()) {
      values[i] = written->second;
    } else {
      below.push_back(std::move(name));
      places.push_back(i);
    }
  }
  auto found = base_.get_all(below);
  for (std::size_t i = 0; i < places.size(); ++i) values[places[i]] = std::move(found[i]);
  return values;
}

void Overlay::scan(std::string_view from, std::string_view to, const Visitor& visit) const {
  const std::string first = full(from);
  const std::string last = to.empty() ? behind(prefix_) : full(to);
  auto pending = writes_.lower_bound(first);
  const auto within = [&](const std::string& key) { return last.empty() || key < last; };
  const auto shorn = [&](std::string_view key) { return key.substr(prefix_.size()); };
  bool more = true;
  // Visits the pending puts before `key`; a pending write of `key` itself hides what lies below.
  const auto catch_up = [&](std::string_view key, bool to_the_end) {
    while (more && pending != writes_.end() && within(pending->first) && (to_the_end || pending->first < key)) {
      if (pending->second) more = visit(shorn(pending->first), *pending->second);
      ++pending;
    }
  };
  base_.scan(first, last, [&](std::string_view key, std::string_view value) {
    catch_up(key, false);
    if (!more) return false;
    if (pending != writes_.end() && pending->first == key) {
      if (pending->second) more = visit(shorn(key), *pending->second);
      ++pending;
    } else {
      more = visit(shorn(key), value);
    }
    return more;
  });
  catch_up({}, true);
}

// What a turn writes comes mostly in the order of its keys.
void Overlay::write(std::string_view key, std::optional<std::string> value) {
  last_ = writes_.insert_or_assign(last_ == writes_.end() ? last_ : std::next(last_), full(key), std::move(value));
}

void Overlay::put(std::string_view key, std::string value) { write(key, std::move(value)); }

void Overlay::erase(std::string_view key) { write(key, std::nullopt); }

void Overlay::lay(WriteBatch&& writes) {
  KIN_REQUIRE(writes_.empty(), std::to_string(writes_.size()) + " and " + std::to_string(writes.size()));
  writes_ = std::move(writes);
}

WriteBatch Overlay::take() {
  WriteBatch out = std::exchange(writes_, {});
  last_ = writes_.end();
  return out;
}

}  // namespace kin
