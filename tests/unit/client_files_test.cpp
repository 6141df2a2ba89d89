// The command line, and the files that kin keeps for its user.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "client/cli/argument_values.hpp"
#include "client/cli/command_line.hpp"
#include "client/commands/user_files.hpp"
#include "client/history_file.hpp"
#include "client/identity.hpp"
#include "client/session_file.hpp"
#include "common/cli/nearest_word.hpp"
#include "common/wire/context_token.hpp"

using namespace kin;
using namespace std::chrono_literals;

namespace {

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("kin-" + to_hex(new_operation_id()))) {
    std::filesystem::create_directory(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

Invocation parsed(const std::vector<std::string>& args, const EnvironmentVariables& environment = {}) {
  auto line = parse_command_line(args, environment);
  REQUIRE(line.has_value());
  return *line;
}

NothingToRun refused(const std::vector<std::string>& args) {
  auto line = parse_command_line(args, {});
  REQUIRE_FALSE(line.has_value());
  return line.error();
}

HistoryEvent put_event() {
  HistoryEvent event;
  event.id = "c/1";
  event.client = "c";
  event.op = "put";
  event.bucket = "default";
  event.key = "cart";
  event.value = "apples";
  event.replaced = {"pears"};
  event.node = "n1";
  event.start_ns = 10;
  event.end_ns = 20;
  event.applied = Applied::yes;
  return event;
}

}  // namespace

TEST_CASE("durations, levels and percentages") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("2s") == 2000ms);
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("1m") == 60'000ms);
  for (const char* wrong : {"", "5", "s", "-1s", "0ms", "2 s", "25h", "nans", "1x"}) CHECK_FALSE(parse_duration(wrong));
  CHECK(parse_level("2")->quorum == wire::Quorum::count);
  CHECK(parse_level("2")->count == 2);
  CHECK(parse_level("quorum")->quorum == wire::Quorum::majority);
  CHECK(parse_level("all")->quorum == wire::Quorum::all);
  for (const char* wrong : {"", "0", "-1", "most", "2x", "99999999999"}) CHECK_FALSE(parse_level(wrong));
  CHECK(parse_percent("30%") == 30u);
  CHECK(parse_percent("100") == 100u);
  CHECK_FALSE(parse_percent("101"));
}

TEST_CASE("clocks are compared by position or by name") {
  const auto relation = [](const char* a, const char* b) { return compare(*parse_clock(a), *parse_clock(b)); };
  CHECK(relation("[3,1,3]", "[1,0,3]") == Relation::after);
  CHECK(relation("[1,0,3]", "[1,1,1]") == Relation::concurrent);
  CHECK(relation("[1,0]", "[1,0]") == Relation::equal);
  CHECK(relation(R"({"n1":3})", R"({"n1":3,"n2":1})") == Relation::before);
  CHECK_FALSE(relation("[1]", "[1,2]").has_value());
  CHECK_FALSE(relation("[1]", R"({"n1":1})").has_value());
  for (const char* wrong : {"", "3", "[-1]", "[1.5]", "[\"1\"]", "{\"a\":null}", "[1"}) CHECK_FALSE(parse_clock(wrong));
}

TEST_CASE("global flags work before and behind the command") {
  for (const auto& args :
       std::vector<std::vector<std::string>>{{"-o", "json", "--timeout", "500ms", "-b", "docs", "read", "cart"},
                                             {"read", "cart", "-o", "json", "--timeout", "500ms", "-b", "docs"}}) {
    const Invocation line = parsed(args);
    CHECK(line.globals.output == Output::json);
    CHECK(line.globals.timeout == 500ms);
    CHECK(line.globals.bucket == "docs");
    CHECK(std::get<ReadCommand>(line.command).key == "cart");
  }
  CHECK(std::get<ClusterWaitCommand>(parsed({"cluster", "wait", "--converged", "--timeout", "5s"}).command).timeout ==
        5s);
  CHECK(std::get<ClusterWaitCommand>(parsed({"cluster", "wait", "--converged"}).command).timeout == 30s);
}

TEST_CASE("commands and their aliases") {
  for (const char* name : {"add_update", "add-update", "put"}) {
    const auto put = std::get<AddUpdateCommand>(parsed({name, "k", "v", "-W", "quorum", "--context", "k1.x"}).command);
    CHECK(put.key == "k");
    CHECK(put.value == "v");
    CHECK(put.level.quorum == wire::Quorum::majority);
    CHECK(put.seen == wire::Seen::context);
    CHECK(put.context == "k1.x");
  }
  CHECK(std::get<ReadCommand>(parsed({"get", "k", "-R", "all"}).command).level.quorum == wire::Quorum::all);
  CHECK(std::get<AddUpdateCommand>(parsed({"put", "k", "--file", "-"}).command).file == "-");
  CHECK(std::get<AddUpdateCommand>(parsed({"put", "k", ""}).command).value == "");
  CHECK(std::get<AddUpdateCommand>(parsed({"put", "k", "[1,2]"}).command).value == "[1,2]");
  CHECK(std::get<AddUpdateCommand>(parsed({"put", "--", "-k", "--v"}).command).value == "--v");
  const auto noted =
      std::get<AddUpdateCommand>(parsed({"put", "--meta", "a=b", "--meta", "c=d", "--", "-k", "v"}).command);
  CHECK(noted.key == "-k");
  CHECK(noted.meta == Metadata{{"a", "b"}, {"c", "d"}});
  const auto chosen = std::get<ResolveCommand>(
      parsed({"resolve", "--take", "n1.1:1", "--over", "n2.1:2", "--over", "n3.1:1", "--", "-k"}).command);
  CHECK(chosen.key == "-k");
  CHECK(chosen.take == "n1.1:1");
  CHECK(chosen.over == std::vector<std::string>{"n2.1:2", "n3.1:1"});
  CHECK(std::get<DeleteCommand>(parsed({"delete", "k", "--overwrite"}).command).seen == wire::Seen::overwrite);
  CHECK(std::get<VclockCompareCommand>(parsed({"vclock", "compare", "[3,1,3]", "[1,0,3]"}).command).a == "[3,1,3]");
  const auto link =
      std::get<FaultCommand>(parsed({"fault", "link", "n1", "n2", "--drop", "30", "--delay", "50"}).command);
  CHECK(link.node == "n1");
  CHECK(link.fault.peer == "n2");
  CHECK(link.fault.drop_percent == 30);
  CHECK(link.fault.delay_ms == 50);
  CHECK(std::get<FaultCommand>(parsed({"fault", "join", "n1"}).command).fault.action == wire::FaultAction::online);
}

TEST_CASE("flags beat the environment") {
  const EnvironmentVariables both{"env.yml", "h:1"};
  CHECK(parsed({"conflicts"}, both).globals.config == "env.yml");
  CHECK(parsed({"conflicts"}, both).globals.endpoints == "h:1");
  CHECK(parsed({"conflicts", "--config", "c.yml"}, both).globals.endpoints.empty());
  CHECK(parsed({"conflicts", "--endpoints", "h:2"}, both).globals.config.empty());
  CHECK(parsed({"conflicts", "--config", "c d.yml", "-b", "x"}, both).globals.command == "kin --config 'c d.yml' -b x");
}

TEST_CASE("a wrong line says what may have been meant") {
  CHECK(refused({"reed", "k"}).hint == "did you mean 'kin read'?");
  CHECK(refused({"cluster", "sttus"}).hint == "did you mean 'kin cluster status'?");
  CHECK(refused({"read", "k", "--timeot", "2s"}).hint == "did you mean --timeout?");
  CHECK(refused({"read"}).hint == "see kin read --help");
  CHECK_FALSE(refused({"put", "k"}).problem.empty());
  CHECK_FALSE(refused({"put", "k", "v", "--file", "f"}).problem.empty());
  CHECK_FALSE(refused({"put", "k", "v", "--overwrite", "--new-sibling"}).problem.empty());
  CHECK(refused({"read", "-o", "json"}).output == Output::json);
  CHECK(refused({"--help"}).problem.empty());
  CHECK_FALSE(refused({"--help"}).help.empty());
  CHECK(nearest_word("xyzzy", {"read", "keys"}) == std::nullopt);
}

TEST_CASE("a session remembers the context of each bucket and key") {
  Folder folder;
  const std::string path = folder.file("s.json");
  auto session = SessionFile::load(path);
  REQUIRE(session.has_value());
  CHECK(session->session().context("default", "cart") == std::nullopt);
  session->session().remember("default", "cart", "k1.a");
  session->session().remember("default", "\xff", "k1.b");
  REQUIRE(session->save());
  CHECK(content(path) == R"({"format":"kin-session-1","contexts":[{"bucket":"default","key":"cart","context":"k1.a"},)"
                         R"({"bucket":"default","key":{"base64":"/w=="},"context":"k1.b"}]})"
                         "\n");
  auto again = SessionFile::load(path);
  REQUIRE(again.has_value());
  CHECK(again->session().context("default", "\xff") == "k1.b");
  CHECK(again->session().context("other", "cart") == std::nullopt);
  CHECK(folder.files() == 1);  // no half-written file beside it
}

TEST_CASE("a session joins what it has seen, and its file keeps it") {
  Folder folder;
  const std::string path = folder.file("s.json");
  const auto frontier = [](const NodeId& node, std::uint64_t counter) {
    DotSet dots;
    dots.add(Dot{{node, {1, 1}}, counter});
    return wire::print_frontier(dots);
  };
  auto file = SessionFile::load(path);
  REQUIRE(file.has_value());
  CHECK(file->session().seen().empty());
  REQUIRE(file->session().join(frontier("n1", 1)));
  REQUIRE(file->session().join(frontier("n2", 7)));
  REQUIRE(file->session().join(""));
  CHECK_FALSE(file->session().join("f1.nonsense"));
  REQUIRE(file->save());
  const auto again = SessionFile::load(path);
  REQUIRE(again.has_value());
  const auto seen = wire::parse_frontier(again->session().seen());
  REQUIRE(seen.has_value());
  CHECK(seen->has(Dot{{"n1", {1, 1}}, 1}));
  CHECK(seen->has(Dot{{"n2", {1, 1}}, 7}));
  CHECK(seen->size() == 2);
}

TEST_CASE("an answer in a session gives what it has inside, and is remembered") {
  Session session;
  DotSet dots;
  dots.add(Dot{{"n1", {1, 1}}, 4});
  wire::ReadReply read;
  read.node = "n1";
  read.context = "k1.abc";
  const wire::InSessionReply good{wire::print_frontier(dots), wire::Kind::read_reply, wire::encode(read)};
  const Outcome inner = session.taken(wire::Kind::read, "default", "cart", ClientReply(good));
  REQUIRE(inner.has_value());
  CHECK(std::get<wire::ReadReply>(*inner).node == "n1");
  CHECK(session.context("default", "cart") == "k1.abc");
  CHECK(session.seen() == good.seen);
  const wire::InSessionReply other_kind{good.seen, wire::Kind::keys_reply, wire::encode(wire::KeysReply{})};
  CHECK_FALSE(session.taken(wire::Kind::read, "default", "b", ClientReply(other_kind)));
  const wire::InSessionReply no_frontier{"f1.x", wire::Kind::read_reply, wire::encode(read)};
  CHECK_FALSE(session.taken(wire::Kind::read, "default", "b", ClientReply(no_frontier)));
  CHECK(session.context("default", "b") == std::nullopt);
  CHECK(session.seen() == good.seen);
}

TEST_CASE("a damaged session is refused and left as it is") {
  Folder folder;
  const std::string path = folder.file("s.json");
  for (const char* damage : {"", "{", "[]", R"({"format":"kin-session-1"})", R"({"format":"x","contexts":[]})",
                             R"({"format":"kin-session-1","contexts":[{"bucket":"b","key":1,"context":"k"}]})",
                             R"({"format":"kin-session-1","contexts":[],"seen":"f1.x"})",
                             R"({"format":"kin-session-1","contexts":[],"seen":7})"}) {
    write_file(path, damage);
    Globals globals;
    globals.session = path;
    const auto files = UserFiles::open(globals);
    REQUIRE_FALSE(files.has_value());
    CHECK(files.error().status == Status::usage);
    CHECK(files.error().applied == Applied::no);
    CHECK(content(path) == damage);
  }
}

TEST_CASE("a write carries what the user said, else what the session remembers") {
  Folder folder;
  Globals globals;
  globals.session = folder.file("s.json");
  HistoryEvent read;
  read.key = "cart";
  read.context = "k1.seen";
  REQUIRE(UserFiles::open(globals)->finish(globals, read));
  const auto files = UserFiles::open(globals);
  CHECK(files->context_for(globals, "cart", std::nullopt, "").seen == wire::Seen::context);
  CHECK(files->context_for(globals, "cart", std::nullopt, "").context == "k1.seen");
  CHECK(files->context_for(globals, "cart", wire::Seen::overwrite, "").seen == wire::Seen::overwrite);
  CHECK(files->context_for(globals, "cart", wire::Seen::context, "k1.own").context == "k1.own");
  CHECK(files->context_for(globals, "other", std::nullopt, "").seen == wire::Seen::implied);
}

TEST_CASE("of two commands at once in one session, what each has seen is kept, and nothing else") {
  const Folder folder;
  Globals globals;
  globals.session = folder.file("s.json");
  const auto context = [](const NodeId& node, std::uint64_t counter) {
    wire::ContextToken token{"default", wire::key_hash("default", "cart"), {}, {}, {}, ""};
    token.dots.add(Dot{{node, {1, 1}}, counter});
    token.clock.raise(node, counter);
    token.seen.push_back({{{node, {1, 1}}, counter}, token.clock, 0, ""});
    return wire::print_context(token);
  };
  const auto finish = [&](UserFiles& files, const std::string& key, const std::string& seen) {
    HistoryEvent event;
    event.key = key;
    event.context = seen;
    REQUIRE(files.finish(globals, event));
  };
  const auto seen = [&] {
    return wire::parse_context(UserFiles::open(globals)->context_for(globals, "cart", std::nullopt, "").context);
  };
  auto one = UserFiles::open(globals);
  auto two = UserFiles::open(globals);
  finish(*one, "cart", context("n1", 1));
  finish(*one, "other", context("n1", 2));
  finish(*two, "cart", context("n2", 7));
  REQUIRE(seen().has_value());
  CHECK(seen()->dots.has(Dot{{"n1", {1, 1}}, 1}));
  CHECK(seen()->dots.has(Dot{{"n2", {1, 1}}, 7}));
  CHECK(seen()->dots.size() == 2);
  CHECK(seen()->clock.counts().size() == 2);
  CHECK_FALSE(seen()->lineage.empty());
  CHECK(UserFiles::open(globals)->context_for(globals, "other", std::nullopt, "").seen == wire::Seen::context);
  finish(*two, "cart", context("n2", 8));  // of one command the newer one takes the place, but not of the other's
  CHECK(seen()->dots.has(Dot{{"n1", {1, 1}}, 1}));
  auto later = UserFiles::open(globals);
  finish(*later, "cart", context("n3", 1));
  CHECK(seen()->dots.size() == 1);
}

TEST_CASE("a history has one line for each operation") {
  CHECK(history_line(put_event()) ==
        R"({"id":"c/1","op":"put","key":"cart","value":"apples","context":"implied","replaced":["pears"],"node":"n1",)"
        R"("start_ns":10,"end_ns":20,"outcome":"ok","client":"c","bucket":"default"})"
        "\n");
  HistoryEvent unknown = put_event();
  unknown.seen = wire::Seen::context;
  unknown.context_of = "c/0";
  unknown.replaced.clear();
  unknown.node.clear();
  unknown.end_ns.reset();
  unknown.applied = Applied::unknown;
  CHECK(history_line(unknown) ==
        R"({"id":"c/1","op":"put","key":"cart","value":"apples","context":"c/0","replaced":[],"node":null,)"
        R"("start_ns":10,"end_ns":null,"outcome":"unknown","client":"c","bucket":"default"})"
        "\n");
  HistoryEvent blind = put_event();
  blind.seen = wire::Seen::nothing;
  CHECK(history_line(blind).find(R"("context":null)") != std::string::npos);
  // What one of two nodes replaced is not all that may be gone.
  wire::WriteReply reply;
  reply.replaced.push_back({{{"n1", {1, 1}}, 4}, "plums"});
  HistoryEvent once = put_event(), again = put_event();
  once.replaced.clear();
  record(once, reply, 20);
  record(again, reply, 20);
  again.sent_again = true;
  CHECK(history_line(once).find(R"("replaced":["plums"])") != std::string::npos);
  CHECK(history_line(again).find(R"("replaced":null)") != std::string::npos);
  CHECK(history_line(again).find(R"("sent_again":true)") != std::string::npos);
  HistoryEvent get = put_event();
  get.op = "get";
  get.value.reset();
  get.replaced.clear();
  get.values = {"apples", "pears"};
  CHECK(history_line(get) ==
        R"({"id":"c/1","op":"get","key":"cart","values":["apples","pears"],"context":null,"replaced":[],"node":"n1",)"
        R"("start_ns":10,"end_ns":20,"outcome":"ok","client":"c","bucket":"default"})"
        "\n");
}

TEST_CASE("failures become fail or unknown, and no reply has no end") {
  HistoryEvent refused_event = put_event();
  refused_event.end_ns.reset();
  record(refused_event, Failure{Status::limit, Applied::no, "", "n1", 0, 0}, 7);
  CHECK(history_line(refused_event).find(R"("outcome":"fail")") != std::string::npos);
  CHECK(refused_event.end_ns.has_value());
  HistoryEvent lost = put_event();
  lost.end_ns.reset();
  record(lost, Failure{Status::timeout, Applied::unknown, "", "", 0, 0}, 7);
  CHECK(history_line(lost).find(R"("outcome":"unknown")") != std::string::npos);
  CHECK_FALSE(lost.end_ns.has_value());
}

TEST_CASE("a context leads back to the operation that gave it") {
  Folder folder;
  auto history = HistoryFile::open(folder.file("h.jsonl"));
  REQUIRE(history.has_value());
  HistoryEvent read = put_event();
  read.op = "get";
  read.context = "k1.abc";
  REQUIRE(history->append(read));
  HistoryEvent other = put_event();
  other.id = "c/2";
  other.context = "k1.def";
  REQUIRE(history->append(other));
  CHECK(history->operation_that_gave("k1.abc") == "c/1");
  CHECK(history->operation_that_gave("k1.def") == "c/2");
  CHECK(history->operation_that_gave("k1.xyz").starts_with("outside:"));
}

TEST_CASE("a session file that cannot be written is found out before anything is sent") {
  const Folder folder;
  Globals globals;
  globals.session = folder.file("nowhere/mine.json");
  auto files = UserFiles::open(globals);
  REQUIRE_FALSE(files.has_value());
  CHECK(files.error().status == Status::usage);
  CHECK(files.error().applied == Applied::no);
  CHECK(files.error().message.find("cannot be written") != std::string::npos);
  globals.session = folder.file("mine.json");
  CHECK(UserFiles::open(globals).has_value());
  CHECK(folder.files() == 0);
}
