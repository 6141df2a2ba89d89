// What can be true in this cluster, of what others say: looked at before anything is done with it.
#include <algorithm>

#include "node/protocols/causal/replica.hpp"

namespace kin::causal {
namespace {

constexpr std::uint64_t most_named_dots = 4u << 20;  // of one entry

void add_named(const EntryState& state, NamedDots& named) {
  for (const auto& [actor, counters] : state.dots.actors()) {
    for (const CounterSet::Run& run : counters.runs()) named.add(actor, run, state.key);
  }
  for (const auto& [dot, sibling] : state.siblings) {
    if (!state.dots.has(dot)) named.add(dot.actor, {dot.counter, dot.counter}, state.key);
  }
}

}  // namespace

bool CausalReplica::may_name(const DotSet& dots) const {
  for (const auto& [node, floor] : dots.floors()) {
    if (!lives_.contains(node) || (node == self_ && floor > life_)) return false;
  }
  return std::all_of(dots.actors().begin(), dots.actors().end(), [&](const auto& item) {
    const auto& [actor, counters] = item;
    if (!lives_.contains(actor.node)) return false;
    if (actor.node != self_) return true;
    return actor.life < life_ || (actor.life == life_ && counters.top() <= counter_);
  });
}

bool CausalReplica::may_name(const EntryClock& clock) const {
  return std::all_of(clock.counts().begin(), clock.counts().end(),
                     [&](const auto& item) { return lives_.contains(item.first); });
}

tl::expected<void, std::string> CausalReplica::plausible(const NodeId& sender, const Message& message) const {
  if (!lives_.contains(sender) || sender == self_) return tl::unexpected("its sender is no other member: " + sender);
  const auto dots = [&](const DotSet& set) -> tl::expected<void, std::string> {
    if (may_name(set)) return {};
    return tl::unexpected(std::string("it names dots that nobody can have issued, or members of another cluster file"));
  };
  const auto entry = [&](const EntryState& state) -> tl::expected<void, std::string> {
    if (state.key.find('\0') == std::string::npos) return tl::unexpected(std::string("a key without a bucket"));
    if (!state.dots.floors().empty()) return tl::unexpected(std::string("named dots with a floor"));
    // Each named dot gets a place in the dot map, so their number must be one that a node can take in.
    if (state.dots.size() > most_named_dots) return tl::unexpected(std::string("too many named dots"));
    return dots(state.context);
  };
  // What the entries of a message name and what their values are, together: a dot is one write of one key. A key may be
  // there twice, since two reads that wait may ask for the same one.
  const auto names = [&](NamedDots& named) -> tl::expected<void, std::string> {
    if (!named.sort()) return tl::unexpected(std::string("it names a dot for two keys"));
    return dots(named.dots());
  };
  const auto entries = [&](const std::vector<EntryState>& states) -> tl::expected<void, std::string> {
    NamedDots named;
    for (const EntryState& state : states) {
      if (auto ok = entry(state); !ok) return ok;
      add_named(state, named);
    }
    return names(named);
  };
  const auto report = [&](const Report& r) -> tl::expected<void, std::string> {
    for (const auto& [member, life] : r.lives) {
      if (!lives_.contains(member)) return tl::unexpected("it knows a member that this cluster file lacks: " + member);
    }
    if (!r.lives.contains(sender)) return tl::unexpected(std::string("a report without its own life"));
    return dots(r.clock);
  };
  struct Check {
    decltype(dots)& dots_;
    decltype(entry)& entry_;
    decltype(entries)& entries_;
    decltype(names)& names_;
    decltype(report)& report_;
    using Result = tl::expected<void, std::string>;

    Result operator()(const Push& m) const {
      return dots_(m.base).and_then([&] { return entries_(m.entries); });
    }
    Result operator()(const Ack& m) const { return dots_(m.dots); }
    Result operator()(const Gossip& m) const { return report_(m.report); }
    Result operator()(const Entries& m) const {
      return report_(m.report).and_then([&] { return dots_(m.voids); }).and_then([&] { return entries_(m.entries); });
    }
    Result operator()(const OfferCopy& m) const { return report_(m.report); }
    Result operator()(const Copy&) const { return {}; }
    Result operator()(const Page& m) const {
      Result ok = dots_(m.base).and_then([&] { return entries_(m.entries); });
      if (ok && m.start) ok = dots_(m.start->clock).and_then([&] { return dots_(m.start->voids); });
      return ok;
    }
    Result operator()(const Fetch&) const { return {}; }
    Result operator()(const Fetched& m) const {
      Result ok = dots_(m.base);
      NamedDots named;
      for (const Fetched::Told& told : m.told) {
        if (ok && told.entry) ok = entry_(*told.entry);
        if (told.entry) add_named(*told.entry, named);
      }
      return ok.and_then([&] { return names_(named); });
    }
    Result operator()(const Refused&) const { return {}; }
  };
  return std::visit(Check{dots, entry, entries, names, report}, message);
}

}  // namespace kin::causal
