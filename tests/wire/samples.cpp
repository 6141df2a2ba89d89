#include "tests/wire/samples.hpp"

#include "common/wire/context_token.hpp"
#include "common/wire/envelope.hpp"
#include "common/wire/lineage_codec.hpp"
#include "common/wire/replies.hpp"
#include "common/wire/requests.hpp"
#include "common/wire/sessions.hpp"
#include "common/wire/status.hpp"
#include "common/wire/tokens.hpp"
#include "common/wire/watching.hpp"
#include "node/protocols/causal/messages.hpp"

namespace kin::wire {
namespace {

// 2026-01-31T12:00:00Z, as a process's birth and as a wall clock.
constexpr std::uint64_t born = 1'769'860'800'000'000'000;
constexpr std::uint64_t wall_us = born / 1000;

const Actor n1{"n1", {born, 1}};
const Actor n2{"n2", {born + 7, 12}};
const EntryClock clock21{{{"n1", 2}, {"n2", 1}}};

DotSet some_dots() {
  DotSet out;
  out.add(n1, CounterSet::up_to(300));
  out.add({n1, 302});
  out.add(n2, CounterSet::of(2, 3));
  out.raise_floor("n3", {born, 4});
  return out;
}

DotSet one_dot() {
  DotSet out;
  out.add({n2, 9});
  return out;
}

ShownSibling shown_sibling() { return {"apples", clock21, {n1, 57}, "peter@host:4711", wall_us, "op-1"}; }

// One version before, and what is left out before that.
std::string lineage() {
  Version before{{n1, 55}, EntryClock({{"n1", 1}}), 7, {}, {}};
  before.left_out.widen(Dot{n2, 2});
  before.left_out.widen(Dot{n2, 3});
  Lineage out = Lineage::of({before}, {});
  out.add_newest({n1, 56}, clock21, 0);
  return pack(out);
}

ShownSibling described_sibling() {
  ShownSibling out = shown_sibling();
  out.content_type = "text/plain";
  out.meta = {{"by", "till 4"}};
  return out;
}

causal::EntryState described_state() {
  Sibling sibling{"apples",           clock21,   "op-1", "peter@host:4711", wall_us, "text/plain",
                  {{"by", "till 4"}}, lineage(), {}};
  sibling.bases.emplace(Dot{n1, 56}, "bread");
  return {std::string("default\0cart", 12), {{Dot{n1, 57}, sibling}}, one_dot(), some_dots()};
}

TokenValue token_value() { return {"hello", 1, 1, 1'000'000, std::nullopt, TokenMinimum{42, 0x1f2e3d4c5b6a7988}}; }

causal::EntryState entry_state() {
  const Sibling sibling{"apples", clock21, "op-1", "peter@host:4711", wall_us};
  return {std::string("default\0cart", 12), {{Dot{n1, 57}, sibling}}, one_dot(), some_dots()};
}

causal::Report report() { return {{{"n1", n1.life}, {"n2", n2.life}}, some_dots()}; }

template <class T>
Sample sample(std::string name, const T& value) {
  return {std::move(name), encode(value), [](std::string_view bytes) -> tl::expected<std::string, std::string> {
            auto decoded = decode<T>(bytes);
            if (!decoded) return tl::unexpected(decoded.error().what);
            return encode(*decoded);
          }};
}

Sample sample(std::string name, const causal::Message& message) {
  return {std::move(name), causal::encode(message),
          [](std::string_view bytes) -> tl::expected<std::string, std::string> {
            auto decoded = causal::decode(bytes);
            if (!decoded) return tl::unexpected(decoded.error().what);
            return causal::encode(*decoded);
          }};
}

template <class Token>
Sample word(std::string name, const Token& token, std::string (*print)(const Token&),
            tl::expected<Token, std::string> (*parse)(std::string_view)) {
  return {std::move(name), print(token),
          [parse, print](std::string_view bytes) -> tl::expected<std::string, std::string> {
            auto parsed = parse(bytes);
            if (!parsed) return tl::unexpected(parsed.error());
            return print(*parsed);
          },
          true};
}

Sample lineage_sample() {
  return {"lineage", lineage(), [](std::string_view bytes) -> tl::expected<std::string, std::string> {
            auto read = unpack_lineage(bytes);
            if (!read) return tl::unexpected(read.error().what);
            return pack(*read);
          }};
}

std::vector<Sample> all() {
  const Level two{Quorum::count, 2};
  const PeerReport peer{"n2", "reachable", n2.life, 15, 3, 1, true};
  const TierReport tier{"causal", 1'000'000, "digest", 70'000, {peer}, {{"merges", 5}}};
  const Envelope envelope{
      1, "demo", Kind::add_update, 4'000'000'000, "n1", born, 3, 2000, {{"n1.3", 70'000}, {"n2.1", 5}}};
  std::vector<Sample> out{
      sample("envelope", envelope),
      sample("read", Read{"default", "cart", {Quorum::majority, 0}}),
      sample("add_update", AddUpdate{"default", "cart", std::string("\x00\xff apples", 9), Seen::context, "k1.abc", two,
                                     "op-1", true}),
      sample("add_update with all that a client may say",
             AddUpdate{
                 "default", "cart", "apples", Seen::implied, "", two, "op-1", false, "text/plain", {{"by", "till 4"}}}),
      sample("explain", Explain{"default", "cart"}),
      sample("explain_reply", ExplainReply{"n1",
                                           {"n1", "n2"},
                                           {{described_sibling(), lineage(), wall_us}},
                                           "k1.abc",
                                           wall_us + 1,
                                           n1.life,
                                           wall_us - 5,
                                           wall_us + 9,
                                           {{"n2", wall_us, 0}},
                                           {{{n1, 56}, "bread"}}}),
      sample("explain_reply of a bucket with a rule", ExplainReply{"n1", {}, {}, "", 0, n1.life, 0, 0, {}, {}, "max"}),
      lineage_sample(),
      sample("remove", Remove{"default", "cart", Seen::overwrite, "", {Quorum::all, 0}, "op-2", false}),
      sample("keys", Keys{"default", "ca", "car", 100}),
      sample("conflicts", Conflicts{"default", "default", "cart", 100}),
      sample("status", StatusQuery{}),
      sample("fault", Fault{FaultAction::link, "n2", 30, 250}),
      sample("remove_member", RemoveMember{"n5"}),
      sample("failure", Failure{Status::partial, Applied::yes, "2 of 3 in time", "n1", 2, 3}),
      sample("read_reply", ReadReply{"n1", {"n1", "n2"}, {shown_sibling()}, clock21, "k1.abc", 1, 2}),
      sample("write_reply", WriteReply{"n1",
                                       {"n1", "n2"},
                                       {n1, 58},
                                       clock21,
                                       "k1.abc",
                                       {{{n1, 57}, "apples"}, {{n2, 9}, std::nullopt}},
                                       {shown_sibling()},
                                       1,
                                       2,
                                       "17 siblings"}),
      sample("keys_reply", KeysReply{{"cart", "cat"}, true}),
      sample("conflicts_reply", ConflictsReply{{{"default", "cart", 2, wall_us}}, false}),
      sample("conflicts_reply with writers",
             ConflictsReply{{{"default", "cart", 2, wall_us, {"ann@host:1", "bob@host:2"}}}, false}),
      sample("status_reply",
             StatusReply{"n1", "demo", "0.1.0", n1.life, 60'000, {"isolated"}, true, {tier}, {{"received", 9}}}),
      sample("status_reply with tokens",
             StatusReply{"n1", "demo", "0.1.0", n1.life, 60'000, {}, false, {{"atomic", 3, "", 0, {}, {}, 3}}, {}}),
      sample("done", Done{"n5 is removed"}),
      word("context token", ContextToken{"default", key_hash("default", "cart"), some_dots(), clock21, {}, {}},
           print_context, parse_context),
      word("context token with lineage",
           ContextToken{
               "default", key_hash("default", "cart"), some_dots(), clock21, {{{n1, 57}, clock21, 7, lineage()}}, {}},
           print_context, parse_context),
      sample("causal push", causal::Message(causal::Push{some_dots(), {entry_state()}})),
      sample("causal push of what its writer described",
             causal::Message(causal::Push{some_dots(), {described_state()}})),
      sample("causal ack", causal::Message(causal::Ack{one_dot()})),
      sample("causal gossip", causal::Message(causal::Gossip{report()})),
      sample("causal entries", causal::Message(causal::Entries{
                                   report(), {{"n3", {born, 4}}}, {{n2, 41}}, one_dot(), {entry_state()}, true})),
      sample("causal offer-copy", causal::Message(causal::OfferCopy{report()})),
      sample("causal copy", causal::Message(causal::Copy{std::string("default\0b", 9)})),
      sample("causal page", causal::Message(causal::Page{"",
                                                         std::string("default\0cart", 12),
                                                         some_dots(),
                                                         {entry_state()},
                                                         causal::CopyStart{some_dots(), {{n2, 41}}, one_dot()}})),
      sample("causal fetch", causal::Message(causal::Fetch{{{77, std::string("default\0cart", 12), {{{n1, 57}}}},
                                                            {78, std::string("default\0bill", 12), {{}}},
                                                            {79, std::string("default\0cart", 12), {}}}})),
      sample("causal fetched",
             causal::Message(causal::Fetched{n1.life, some_dots(), {{77, std::nullopt}, {79, entry_state()}}})),
      sample("causal refused", causal::Message(causal::Refused{n1.life, n2.life})),
      sample("token_create", TokenCreate{"1020", true}),
      sample("token_write", TokenWrite{"1020", "hello", 1, 500'000, ~std::uint64_t{0}, true}),
      sample("token_read", TokenRead{"1020"}),
      sample("token_drop", TokenDrop{"1020"}),
      sample("token_list", TokenList{}),
      sample("token_show", TokenShow{"1020"}),
      sample("token_silence", TokenSilence{"1020", 10'000}),
      sample("token_reply", TokenReply{"n1", "1020", token_value(), {n1.life, 7}, 3, 3}),
      sample("token_reply of what was created", TokenReply{"n1", "1020", std::nullopt, {n1.life, 1}, 3, 3}),
      sample("token_reply to a create", TokenReply{"n1", "1020", token_value(), {n1.life, 7}, 3, 3, false}),
      sample("token_progress", TokenProgress{12'345, 1'000'000}),
      sample("tokens_reply", TokensReply{{{"1020", "n1", {"n2", "n3"}}}}),
      sample("token_show_reply",
             TokenShowReply{"n2", {"1020", "n1", {"n2", "n3"}}, false, "written", token_value(), {n1.life, 7}}),
      sample("in_session", InSession{"default", "cart", "f1.abc", Kind::read, encode(Read{"default", "cart", {}})}),
      sample("in_session_reply", InSessionReply{"f1.abd", Kind::done, encode(Done{"done"})}),
      word("frontier", some_dots(), print_frontier, parse_frontier),
      sample("watch", Watch{"default", "car", true, WatchFrom::token, "w1.abc", 100}),
      sample("watch_reply", WatchReply{"n1",
                                       {"n1", "n2"},
                                       {{"cart", {shown_sibling()}, clock21, "k1.abc"}, {"cat", {}, {}, "k1.abd"}},
                                       "w1.abd",
                                       false,
                                       true}),
      sample("watch_conflicts", WatchConflicts{"default", "c1.abc", 100}),
      sample("watch_conflicts_reply",
             WatchConflictsReply{
                 "n1", {{"default", "cart", true, 2, wall_us}, {"default", "cat", false, 1, 0}}, "c1.abd", true}),
      sample("traces_of", TracesOf{"default", "cart", {n1, 57}}),
      sample("traces_reply", TracesReply{"n2", true, 0, true, 2, {"n1", "n2"}, {"n1"}}),
      word("watch token",
           WatchToken{watch_hash("default", "car", true), some_dots(),
                      WatchWalk{std::string("default\0cart", 12), one_dot()}},
           print_watch, parse_watch),
      word("conflicts token", ConflictsToken{"", some_dots(), {{"default", "cart"}}}, print_watch,
           parse_conflicts_watch),
  };
  return out;
}

}  // namespace

const std::vector<Sample>& samples() {
  static const std::vector<Sample> list = all();
  return list;
}

std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  int high = -1;
  for (char c : hex) {
    if (c == ' ') continue;
    if (high < 0) {
      high = digit(c);
    } else {
      out += static_cast<char>(high * 16 + digit(c));
      high = -1;
    }
  }
  return out;
}

std::string to_hex(std::string_view bytes) {
  static const char* digits = "0123456789abcdef";
  std::string out;
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

}  // namespace kin::wire
