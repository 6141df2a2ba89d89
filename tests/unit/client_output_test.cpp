// What kin prints, byte for byte.
#include <catch2/catch.hpp>

#include "client/cluster_survey.hpp"
#include "client/render/bytes.hpp"
#include "client/render/cluster_text.hpp"
#include "client/render/json.hpp"
#include "client/render/palette.hpp"
#include "client/render/table.hpp"
#include "client/render/text.hpp"
#include "client/render/wording.hpp"

using namespace kin;

namespace {

const std::vector<NodeId> order{"n1", "n2", "n3", "n4", "n5"};
constexpr std::uint64_t noon = 1'769'860'800'000'000;  // 2026-01-31T12:00:00Z

EntryClock clock_of(VersionVector::Counts counts) { return EntryClock(std::move(counts)); }

wire::ShownSibling apples() {
  return {"apples", clock_of({{"n1", 2}}), {{"n1", {1000, 1}}, 57}, "ann@host:1", noon, ""};
}
wire::ShownSibling pears() {
  return {"pears", clock_of({{"n1", 1}, {"n2", 1}}), {{"n2", {1000, 1}}, 9}, "bob@host:2", noon + 1, ""};
}

wire::ReadReply read_of(std::vector<wire::ShownSibling> siblings) {
  wire::ReadReply reply;
  reply.node = "n2";
  reply.order = order;
  for (const auto& sibling : siblings) reply.clock.join(sibling.clock);
  reply.siblings = std::move(siblings);
  reply.context = "k1.CTX";
  reply.got = reply.wanted = 1;
  return reply;
}

wire::WriteReply write_reply() {
  wire::WriteReply reply;
  reply.node = "n1";
  reply.order = order;
  reply.dot = {{"n1", {1000, 1}}, 57};
  reply.clock = clock_of({{"n1", 2}});
  reply.context = "k1.CTX";
  reply.replaced.push_back({{{"n1", {1000, 1}}, 56}, std::nullopt});
  reply.siblings = {apples()};
  reply.got = reply.wanted = 1;
  return reply;
}

wire::StatusReply status_of_node(const NodeId& id, const std::string& digest) {
  wire::StatusReply status;
  status.node = id;
  status.cluster = "demo";
  status.version = "0.1.0";
  status.incarnation = {1000, 3};
  wire::TierReport tier;
  tier.tier = "causal";
  tier.keys = 12;
  tier.digest = digest;
  status.tiers.push_back(tier);
  return status;
}

wire::PeerReport peer(const NodeId& id, std::uint64_t it_lacks, std::uint64_t we_lack) {
  return {id, "reachable", {}, 10, it_lacks, we_lack, false};
}

ClusterSurvey three_nodes() {
  ClusterSurvey survey;
  for (const NodeId id : {"n1", "n2", "n3"}) {
    survey.nodes.push_back({{id, "127.0.0.1", 7001}, std::nullopt, "no answer"});
  }
  survey.nodes[0].status = status_of_node("n1", "aa");
  survey.nodes[1].status = status_of_node("n2", "bb");
  survey.nodes[0].status->tiers[0].peers = {peer("n2", 4, 0), peer("n3", 7, 0)};
  survey.nodes[1].status->tiers[0].peers = {peer("n1", 0, 3), peer("n3", 5, 0)};
  survey.nodes[0].status->tiers[0].peers[1].blocks_forgetting = true;
  survey.nodes[0].status->tiers[0].held_back = 9;
  survey.nodes[1].status->faults = {"isolated: peers are cut, clients are served"};
  return survey;
}

const text::Style plain{{}, false, "kin --config c.yml"};

}  // namespace

TEST_CASE("a read of one value as JSON") {
  CHECK(json::read("default", "cart", read_of({apples()})) ==
        R"({"status":"OK","bucket":"default","key":"cart","node":"n2","clock":[2,0,0,0,0],"context":"k1.CTX",)"
        R"("siblings":[{"value":"apples","clock":[2,0,0,0,0],"dot":"n1.1:57","coordinator":"n1","client":"ann@host:1",)"
        R"("written_at":"2026-01-31T12:00:00.000000Z"}],"replies":{"got":1,"wanted":1}})"
        "\n");
}

TEST_CASE("a conflict as JSON") {
  CHECK(json::read("default", "cart", read_of({apples(), pears()})) ==
        R"({"status":"CONFLICT","bucket":"default","key":"cart","node":"n2","clock":[2,1,0,0,0],"context":"k1.CTX",)"
        R"("siblings":[{"value":"apples","clock":[2,0,0,0,0],"dot":"n1.1:57","coordinator":"n1","client":"ann@host:1",)"
        R"("written_at":"2026-01-31T12:00:00.000000Z"},)"
        R"({"value":"pears","clock":[1,1,0,0,0],"dot":"n2.1:9","coordinator":"n2","client":"bob@host:2",)"
        R"("written_at":"2026-01-31T12:00:00.000001Z"}],"replies":{"got":1,"wanted":1}})"
        "\n");
  CHECK(exit_code(status_of(read_of({apples(), pears()}))) == 4);
}

TEST_CASE("a read of nothing as JSON is a failure that still gives the context") {
  CHECK(json::read("default", "cart", read_of({})) ==
        R"({"status":"NOT_FOUND","applied":"no","message":"nothing is stored under cart","bucket":"default",)"
        R"("key":"cart","node":"n2","clock":[0,0,0,0,0],"context":"k1.CTX","siblings":[],)"
        R"("replies":{"got":1,"wanted":1}})"
        "\n");
  CHECK(exit_code(status_of(read_of({}))) == 3);
}

TEST_CASE("keys and values that are not UTF-8 as JSON") {
  wire::ShownSibling binary = apples();
  binary.value = std::string("\xff\x00", 2);
  const std::string line = json::read("default", "\xc3", read_of({binary}));
  CHECK(line.find(R"("key":{"base64":"ww=="})") != std::string::npos);
  CHECK(line.find(R"("value":{"base64":"/wA="})") != std::string::npos);
}

TEST_CASE("a write as JSON") {
  wire::WriteReply reply = write_reply();
  CHECK(json::write("default", "cart", reply) ==
        R"({"status":"OK","applied":"yes","bucket":"default","key":"cart","node":"n1","clock":[2,0,0,0,0],)"
        R"("dot":"n1.1:57","context":"k1.CTX","siblings":1,"conflict":false,"replaced":["n1.1:56"],)"
        R"("acks":{"got":1,"wanted":1}})"
        "\n");
  reply.siblings.push_back(pears());
  reply.wanted = 3;
  CHECK(
      json::write("default", "cart", reply) ==
      R"({"status":"PARTIAL","applied":"yes","message":"1 of 3 members have it on disk so far; it stays and spreads",)"
      R"("bucket":"default","key":"cart","node":"n1","clock":[2,0,0,0,0],"dot":"n1.1:57","context":"k1.CTX",)"
      R"("siblings":2,"conflict":true,"values":[{"value":"apples","clock":[2,0,0,0,0],"dot":"n1.1:57",)"
      R"("coordinator":"n1","client":"ann@host:1","written_at":"2026-01-31T12:00:00.000000Z"},)"
      R"({"value":"pears","clock":[1,1,0,0,0],"dot":"n2.1:9","coordinator":"n2","client":"bob@host:2",)"
      R"("written_at":"2026-01-31T12:00:00.000001Z"}],"replaced":["n1.1:56"],"acks":{"got":1,"wanted":3}})"
      "\n");
}

TEST_CASE("conflicts, keys, failures and relations as JSON") {
  CHECK(json::conflicts({{"default", "cart", 2, noon, {"ann@host:1", "bob"}}}) ==
        R"({"conflicts":[{"bucket":"default","key":"cart","siblings":2,"since":"2026-01-31T12:00:00.000000Z",)"
        R"("writers":["ann@host:1","bob"]}]})"
        "\n");
  CHECK(json::conflicts({}) == "{\"conflicts\":[]}\n");
  CHECK(json::keys("default", {"a", "\xff"}) == R"({"bucket":"default","keys":["a",{"base64":"/w=="}]})"
                                                "\n");
  CHECK(json::failure({Status::denied, Applied::no, "faults are off", "n1", 0, 0}) ==
        R"({"status":"DENIED","applied":"no","message":"faults are off","node":"n1"})"
        "\n");
  CHECK(json::failure({Status::timeout, Applied::unknown, "no answer", "", 0, 0}) ==
        R"({"status":"TIMEOUT","applied":"unknown","message":"no answer","node":null})"
        "\n");
  CHECK(json::relation(Relation::concurrent) == "{\"relation\":\"concurrent\"}\n");
}

TEST_CASE("a conflict as text explains itself and says what to type") {
  CHECK(text::read("my cart", read_of({apples(), pears()}), plain) ==
        "my cart: CONFLICT, 2 values, written without having seen each other\n"
        "  #  value   clock        dot      taken by  client      written\n"
        "  1  apples  [2,0,0,0,0]  n1.1:57  n1        ann@host:1  2026-01-31T12:00:00.000000Z\n"
        "  2  pears   [1,1,0,0,0]  n2.1:9   n2        bob@host:2  2026-01-31T12:00:00.000001Z\n"
        "  read at n2, 1 of 1 replies, all together [2,1,0,0,0]\n"
        "To resolve it, say which value shall stand for all 2:\n"
        "  kin --config c.yml resolve --take n1.1:57 --over n2.1:9 'my cart'\n"
        "or make one of them, with --union, --edit, --merge-cmd CMD or --value V; or by hand:\n"
        "  kin --config c.yml add_update --context k1.CTX 'my cart' VALUE\n"
        "Why they conflict, and who has which:\n"
        "  kin --config c.yml explain 'my cart'\n");
}

TEST_CASE("a value is shown whole where there is room, and else it is said how to see it") {
  wire::ShownSibling much = pears();
  much.value = std::string(200, 'p');
  const std::string piped = text::read("cart", read_of({apples(), much}), plain);
  CHECK(piped.find(much.value) != std::string::npos);
  CHECK(piped.find("whole:") == std::string::npos);
  text::Style terminal = plain;
  terminal.columns = 100;
  const std::string shown = text::read("cart", read_of({apples(), much}), terminal);
  CHECK(shown.find(std::string(41, 'p')) == std::string::npos);
  CHECK(shown.find("  whole: kin --config c.yml --quiet read cart\n") != std::string::npos);
  CHECK(text::read("cart", read_of({apples(), pears()}), terminal).find("whole:") == std::string::npos);
}

TEST_CASE("of a resolution it is said which value was taken") {
  wire::WriteReply reply = write_reply();
  CHECK(text::write("cart", reply, plain, "apples").find("\n  value apples\n") != std::string::npos);
  CHECK(json::write("default", "cart", reply, "apples").find(R"("value":"apples")") != std::string::npos);
  CHECK(json::write("default", "cart", reply).find("value") == std::string::npos);
}

TEST_CASE("what a resolution would do is shown, and what it would replace") {
  const wire::ReadReply reply = read_of({apples(), pears()});
  CHECK(text::resolution("cart", "apples\npears", reply, plain) ==
        "apples\npears\n  nothing was written; in cart it would replace n1.1:57 n2.1:9\n");
  CHECK(json::resolution("default", "cart", "\xff", reply) ==
        R"({"status":"OK","applied":"no","bucket":"default","key":"cart","node":"n2","value":{"base64":"/w=="},)"
        R"("context":"k1.CTX","would_replace":["n1.1:57","n2.1:9"]})"
        "\n");
}

TEST_CASE("vectors that look ordered or equal are explained") {
  wire::ShownSibling later = apples();
  later.dot.counter = 58;
  later.clock = clock_of({{"n1", 3}});
  CHECK(text::misleading_clocks({apples(), later}, order) ==
        std::vector<std::string>{"1 and 2: [2,0,0,0,0] and [3,0,0,0,0] look ordered: both taken by n1 (or before a "
                                 "delete): not ordered, see the dots"});
  wire::ShownSibling elsewhere = apples();
  elsewhere.dot.actor.node = "n2";
  CHECK(
      text::misleading_clocks({apples(), elsewhere}, order) ==
      std::vector<std::string>{"1 and 2: [2,0,0,0,0] and [2,0,0,0,0] look equal: both count writes that one node took "
                               "(or a delete lies between): not ordered, see the dots"});
  CHECK(text::misleading_clocks({apples(), pears()}, order).empty());
  const auto of_many = text::misleading_clocks(std::vector(64, apples()), order);
  REQUIRE(of_many.size() == 4);
  CHECK(of_many.back() == "and 2013 more pairs whose clocks mislead in the same way");
}

TEST_CASE("a table that is wider than the terminal loses the end of its least important column") {
  text::Style narrow = plain;
  narrow.columns = 72;
  CHECK(text::cluster_status(three_nodes(), narrow) ==
        "  node  endpoint       state        incarnation  keys  missing  faults\n"
        "  n1    127.0.0.1:...  online       n1.3           12        0  -\n"
        "  n2    127.0.0.1:...  isolated     n2.3           12        4  isolated\n"
        "  n3    127.0.0.1:...  unreachable  -               -        7  -\n");
  Table table({"k", "v"});
  table.row({"k", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4"});
  CHECK(table.fit(5, {"v"}).print({}) == "  k  v\n  k  \xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6...\n");
}

TEST_CASE("columns are those of a terminal, and a time goes without its fractions first") {
  const std::string wide = "\xe6\xbc\xa2\xe5\xad\x97", combining = "e\xcc\x81";
  CHECK(columns(wide) == 4);
  CHECK(columns(combining) == 1);
  CHECK(columns("\xc3\xa4") == 1);
  CHECK(bytes_within(wide, 3) == 3);
  Table table({"k", "v"});
  table.row({wide, "a"});
  table.row({combining, "b"});
  CHECK(table.print({}) == "  k     v\n  " + wide + "  a\n  " + combining + "     b\n");
  text::Style style = plain;
  style.columns = 80;
  wire::ReadReply reply;
  reply.siblings = {apples(), pears()};
  reply.order = order;
  for (wire::ShownSibling& sibling : reply.siblings) sibling.client = "a-client-of-a-long-name";
  const std::string shown = text::read("cart", reply, style);
  const std::string rows = shown.substr(0, shown.find("  read at"));
  CHECK(rows.find(".000000Z") == std::string::npos);
  for (std::size_t begin = 0; begin < rows.size();) {
    const std::size_t end = rows.find('\n', begin);
    CHECK(columns(rows.substr(begin, end - begin)) <= 80);
    begin = end + 1;
  }
}

TEST_CASE("what a tier says is no key of users is not counted as one") {
  wire::StatusReply status = status_of_node("n1", "aa");
  wire::TierReport more;
  more.tier = "of another name";
  more.keys = 5;
  more.no_user_keys = 3;
  status.tiers.push_back(more);
  CHECK(keys_of(status) == 14);
  status.tiers.back().no_user_keys = 6;
  CHECK(keys_of(status) == 12);
}

TEST_CASE("one value as text stands on its own line") {
  CHECK(text::read("cart", read_of({apples()}), plain) ==
        "apples\n"
        "  clock [2,0,0,0,0]  dot n1.1:57  taken by n1 for ann@host:1 at 2026-01-31T12:00:00.000000Z\n"
        "  read at n2, 1 of 1 replies\n"
        "  context k1.CTX\n");
  CHECK(text::read("cart", read_of({apples()}), {{}, true, "kin"}) == "apples\n");
}

TEST_CASE("what is kept with a value is shown with it as text") {
  wire::ShownSibling described = apples();
  described.content_type = "text/plain";
  described.meta = {{"by", "till 4"}, {"to", "\x1b["}};
  CHECK(
      text::read("cart", read_of({described}), plain).find(":00.000000Z\n  content type text/plain\n  by = till 4\n") !=
      std::string::npos);
  const std::string conflict = text::read("cart", read_of({apples(), described}), plain);
  CHECK(conflict.find("\n  2: content type text/plain\n  2: by = till 4\n  2: to = ") != std::string::npos);
  CHECK(conflict.find("1: content") == std::string::npos);
  CHECK(conflict.find('\x1b') == std::string::npos);
}

TEST_CASE("a write as text") {
  CHECK(text::write("cart", write_reply(), plain) ==
        "OK  cart  clock [2,0,0,0,0]  dot n1.1:57  at n1, 1 of 1 acks\n"
        "  replaced n1.1:56\n"
        "  context k1.CTX\n");
}

TEST_CASE("the command line that is proposed can be pasted") {
  CHECK(text::resolving_command("kin", "cart", "k1.C") == "kin add_update --context k1.C cart VALUE");
  CHECK(text::resolving_command("kin", "-x", "k1.C") == "kin add_update --context k1.C -- -x VALUE");
  CHECK(shell_word("it's") == R"('it'\''s')");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("a\xff'b") == R"($'a\xff\'b')");
}

TEST_CASE("no byte of a value reaches the terminal as a command") {
  CHECK(escaped("a\x1b[31m\xc2\x9b\n\t\\\xff\xc3\xa9") == "a\\x1b[31m\\xc2\\x9b\\n\\t\\\\\\xff\xc3\xa9");
  CHECK(escaped("\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd") == "\\xef\\xbf\\xbe\\xef\\xbf\\xbf\xef\xbf\xbd");
  CHECK(shortened("short", 20) == "short");
  CHECK(shortened(std::string(1000, 'x'), 20) == "xxxx... (1000 bytes)");
  for (const char* bad : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "\xe2\x82"})
    CHECK_FALSE(is_utf8(bad));
  CHECK(is_utf8("\xf0\x9f\x8d\x90 \xed\x9f\xbf"));
}

TEST_CASE("colours need a terminal that can and a user who wants them") {
  CHECK(use_colour({false, "", "xterm", true}));
  CHECK_FALSE(use_colour({true, "", "xterm", true}));
  CHECK_FALSE(use_colour({false, "1", "xterm", true}));
  CHECK_FALSE(use_colour({false, "", "dumb", true}));
  CHECK_FALSE(use_colour({false, "", "", true}));
  CHECK_FALSE(use_colour({false, "", "xterm", false}));
}

TEST_CASE("the cluster's status and lag as tables") {
  CHECK(text::cluster_status(three_nodes(), plain) ==
        "  node  endpoint        state        incarnation  keys  missing  faults\n"
        "  n1    127.0.0.1:7001  online       n1.3           12        0  -\n"
        "  n2    127.0.0.1:7001  isolated     n2.3           12        4  isolated\n"
        "  n3    127.0.0.1:7001  unreachable  -               -        7  -\n");
  CHECK(text::cluster_lag(three_nodes(), plain) ==
        "  misses of  n1  n2  n3  held back\n"
        "  n1          .   0   0          9\n"
        "  n2          4   .   0          0\n"
        "  n3          7   5   .          ?\n"
        "Each line: how many updates that node lacks of those that the others have, as last heard.\n"
        "n3 keeps n1 from forgetting. If it never comes back: kin --config c.yml cluster remove n3\n");
}

TEST_CASE("who answers and is cut off is not proposed to be removed") {
  ClusterSurvey survey = three_nodes();
  survey.nodes[0].status->tiers[0].peers[1].blocks_forgetting = false;
  survey.nodes[0].status->tiers[0].peers[0].blocks_forgetting = true;
  const std::string blocker = survey.nodes[0].status->tiers[0].peers[0].member.str();
  CHECK(blocker == "n2");
  CHECK(text::cluster_lag(survey, plain)
            .find("n2 keeps n1 from forgetting until it is back: kin --config c.yml fault "
                  "online n2\n") != std::string::npos);
}

TEST_CASE("a silence about tokens is a fault that can be seen") {
  ClusterSurvey survey = three_nodes();
  survey.nodes[0].status->tiers[0].counters = {{"silent", 2}};
  CHECK(text::cluster_status(survey, plain).find("silent about 2") != std::string::npos);
  CHECK(json::cluster_status(survey).find("silent about 2 tokens: for ever") != std::string::npos);
}

TEST_CASE("converged means that all answer and all digests are equal") {
  ClusterSurvey survey = three_nodes();
  CHECK(why_not_converged(survey) == std::vector<std::string>{"n3 does not answer", "tier causal differs: n1 | n2"});
  survey.nodes[1].status->tiers[0].digest = "aa";
  survey.nodes[2].status = status_of_node("n3", "aa");
  CHECK(why_not_converged(survey).empty());
  CHECK(missing(survey, survey.nodes[1]) == 0u);  // whatever old reports say
  survey.nodes[2].status.reset();
  CHECK(why_not_converged(survey) == std::vector<std::string>{"n3 does not answer"});
  survey.nodes[0].status->tiers[0].peers[1].state = "removed";
  CHECK(why_not_converged(survey).empty());
  CHECK(state_of(survey, survey.nodes[2]) == NodeState::removed);
}

TEST_CASE("a member that an answer names and that nobody asked is told") {
  ClusterSurvey survey = three_nodes();
  CHECK(members_not_asked(survey).empty());
  survey.nodes.pop_back();
  CHECK(members_not_asked(survey) == std::set<NodeId>{"n3"});
  survey.nodes[1].endpoint.node = {};
  CHECK(members_not_asked(survey) == std::set<NodeId>{"n3"});  // n2 says itself who it is
  survey.nodes[1].status.reset();
  CHECK(members_not_asked(survey).empty());  // this may be n3
  survey.nodes.pop_back();
  CHECK(members_not_asked(survey) == std::set<NodeId>{"n2", "n3"});
  survey.nodes[0].status->tiers[0].peers[1].state = "removed";
  CHECK(members_not_asked(survey) == std::set<NodeId>{"n2"});
}
