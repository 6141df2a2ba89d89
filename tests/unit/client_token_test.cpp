// Tokens: the command line, what kin prints, byte for byte, and the lines of its history.
#include <catch2/catch.hpp>

#include "client/cli/command_line.hpp"
#include "client/commands/token_book.hpp"
#include "client/register_event.hpp"
#include "client/render/bench.hpp"
#include "client/render/token.hpp"

using namespace kin;

namespace {

wire::TokenReply reply_with(std::optional<wire::TokenValue> value) {
  return {"n3", "1020", std::move(value), {{1000, 2}, 7}, 3, 3};
}

wire::TokenReply written() {
  return reply_with(wire::TokenValue{"hello", 0, 5, 10, wire::TokenMinimum{3, 0xab}, wire::TokenMinimum{8, 0x1f}});
}

template <class T>
T parsed(const std::vector<std::string>& words) {
  const auto line = parse_command_line(words, {});
  if (!line) FAIL(line.error().problem);
  REQUIRE(std::holds_alternative<T>(line->command));
  return std::get<T>(line->command);
}

std::string problem(const std::vector<std::string>& words) {
  const auto line = parse_command_line(words, {});
  return line ? "" : line.error().problem;
}

std::vector<std::string> write_words(const std::string& low, const std::string& mid, const std::string& high) {
  return {"token", "write", "--id", "1020", "--name", "hello", "--low", low, "--mid", mid, "--high", high};
}

// An operation with fixed names and times.
template <class Request>
RegisterEvent begun(const Request& request) {
  RegisterEvent event = event_of(request);
  event.client = "c";
  event.start_ns = 10;
  return event;
}

std::string head(const std::string& op, const std::string& value) {
  return R"({"client":"c","op":")" + op + R"(","key":"1020","value":)" + value + ",";
}

const std::string tail_ok = R"("start_ns":10,"end_ns":20,"outcome":"ok","node":"n3"})" + std::string("\n");

Failure refusal(Status status, Applied applied, const NodeId& node) { return {status, applied, "because", node, 3, 3}; }

}  // namespace

TEST_CASE("token commands are read from the command line") {
  CHECK(parsed<TokenCreateCommand>({"token", "create", "--id", "1020"}).id == "1020");
  CHECK(parsed<TokenCreateCommand>({"token", "create", "--id", "1020", "--if-absent"}).if_absent);
  const auto write = parsed<TokenWriteCommand>(write_words("0", "5", "18446744073709551615"));
  CHECK(write.name == "hello");
  CHECK(write.low == 0);
  CHECK(write.mid == 5);
  CHECK(write.high == 18446744073709551615u);
  CHECK(parsed<TokenReadCommand>({"token", "read", "--id", "1020", "--reader", "h:1"}).reader == "h:1");
  CHECK(parsed<TokenDropCommand>({"token", "drop", "--id", "1020"}).id == "1020");
  CHECK(parsed<TokenShowCommand>({"token", "show", "--id", "1020"}).id == "1020");
  parsed<TokenListCommand>({"token", "list"});
  const auto silence = parsed<SilenceCommand>({"fault", "silent", "1020", "n1", "--after", "10s"});
  CHECK(silence.token == "1020");
  CHECK(silence.node == "n1");
  CHECK(silence.after == std::chrono::seconds(10));
  CHECK(parsed<SilenceCommand>({"fault", "silent", "1020", "n1"}).after.count() == 0);
}

TEST_CASE("slips in token commands are told") {
  CHECK(problem(write_words("6", "5", "10")).find("--low") != std::string::npos);
  CHECK(problem(write_words("0", "10", "10")).find("above --mid") != std::string::npos);
  CHECK(problem(write_words("-1", "5", "10")).find("whole number") != std::string::npos);
  CHECK(problem(write_words("0", "5", "18446744073709551616")).find("whole number") != std::string::npos);
  CHECK(!problem({"token", "write", "--id", "1020"}).empty());
  CHECK(!problem({"token", "read"}).empty());
  CHECK(problem({"fault", "silent", "1020", "n1", "--after", "soon"}).find("no time") != std::string::npos);
}

TEST_CASE("ids that no token can have are refused before anybody is asked") {
  CHECK(!impossible_id("1020"));
  CHECK(!impossible_id(std::string(255, 'x')));
  for (const std::string& id : {std::string(), std::string("10\n20"), std::string("\x7f"), std::string(256, 'x')}) {
    const auto failure = impossible_id(id);
    REQUIRE(failure);
    CHECK(failure->status == Status::usage);
    CHECK(failure->applied == Applied::no);
    CHECK(failure->message.find('\n') == std::string::npos);
  }
}

TEST_CASE("a token as JSON") {
  CHECK(json::token(written(), "n1") ==
        R"({"status":"OK","applied":"yes","id":"1020","name":"hello","low":0,"mid":5,"high":10,)"
        R"("partial":3,"partial_hash":"00000000000000ab","final":8,"final_hash":"000000000000001f",)"
        R"("timestamp":"n1.2:7","node":"n3"})"
        "\n");
  wire::TokenReply bare = reply_with(std::nullopt);
  CHECK(json::token(bare, "n1") ==
        R"({"status":"OK","applied":"yes","id":"1020","name":null,"low":null,"mid":null,"high":null,)"
        R"("partial":null,"partial_hash":null,"final":null,"final_hash":null,"timestamp":"n1.2:7","node":"n3"})"
        "\n");
  bare.stamp = {};
  CHECK(json::token(bare, "n1").find(R"("timestamp":null)") != std::string::npos);
  CHECK(json::tokens({{"1020", "h:1", {"h:2", "h:3"}}}) ==
        R"({"tokens":[{"id":"1020","writer":"h:1","readers":["h:2","h:3"]}]})"
        "\n");
  CHECK(json::tokens({}) == "{\"tokens\":[]}\n");
}

TEST_CASE("a token for people") {
  CHECK(text::token("read", written(), "n1", {}) ==
        "OK  token 1020  read\n"
        "  name     hello\n"
        "  partial  3  of [0, 5), hash 00000000000000ab\n"
        "  final    8  of [0, 10), hash 000000000000001f\n"
        "  at n3, 3 holders answered, 3 were needed, timestamp n1.2:7\n");
  wire::TokenReply empty = written();
  empty.value->mid = 0;
  empty.value->partial.reset();
  CHECK(text::token("write", empty, "n1", {}).find("partial  nothing, [0, 0) is empty") != std::string::npos);
  CHECK(text::token("read", reply_with(std::nullopt), "n1", {}).find("created, and not written since") !=
        std::string::npos);
  CHECK(text::tokens({}, {}).find("no tokens") != std::string::npos);
}

TEST_CASE("a line of progress keeps its width and never overflows") {
  for (const double part : {-1.0, 0.0, 0.01, 0.42, 0.99, 1.0, 2.0}) {
    CHECK(text::progress_line({part, "1 of 2"}, 60).size() == 60);
  }
  CHECK(text::progress_line({0.5, "4 of 8 s", 1234.5, 3}, 50) == "[#######       ]   50%  4 of 8 s, 1234/s, 3 failed");
  CHECK(text::progress_line({0.5, "4 of 8 s", 99.25, 0}, 32) == " 50%  4 of 8 s, 99.2/s");
  CHECK(text::progress_line({0.5, "4 of 8 s"}, 9) == " 50%  4 o");
  CHECK(text::progress_line({0.5, "4 of 8 s"}, 0).empty());
}

TEST_CASE("the progress of a scan and of a load have one form") {
  CHECK(text::progress_line(text::progress_of({50, 100}, 2), 48) == "[######       ]   50%  50 of 100 numbers, 25.0/s");
  CHECK(text::progress_of(wire::TokenProgress{0, 0}, 0).part == 1);
  CHECK(text::progress_of(wire::TokenProgress{1, 18446744073709551615u}, 0).done ==
        "1 of 18446744073709551615 numbers");
  CHECK(text::progress_line(text::progress_of(BenchStage{true, 1, 0, 4, 0.5, 0}), 50) ==
        "[###           ]   25%  1 of 4 keys written, 2.0/s");
  CHECK(text::progress_line(text::progress_of(BenchStage{false, 900, 2, 0, 3, 4}), 50) ==
        "[###########    ]   75%  3 of 4 s, 300/s, 2 failed");
}

TEST_CASE("the history of a token is that of a register") {
  RegisterEvent create = begun(wire::TokenCreate{"1020", false});
  record(create, reply_with(std::nullopt), 20);
  CHECK(history_line(create) == head("cas", R"([null,"created"])") + R"("swapped":true,)" + tail_ok);

  RegisterEvent again = begun(wire::TokenCreate{"1020", false});
  record(again, refusal(Status::already_exists, Applied::no, "n3"), 20);
  CHECK(history_line(again) == head("cas", R"([null,"created"])") + R"("swapped":false,)" + tail_ok);

  RegisterEvent write = begun(wire::TokenWrite{"1020", "hello", 0, 5, 10, false});
  record(write, written(), 20);
  CHECK(history_line(write) == head("write", R"("hello 0 5 10")") + tail_ok);

  RegisterEvent drop = begun(wire::TokenDrop{"1020"});
  record(drop, reply_with(std::nullopt), 20);
  CHECK(history_line(drop) == head("write", "null") + tail_ok);

  RegisterEvent read = begun(wire::TokenRead{"1020"});
  record(read, written(), 20);
  CHECK(history_line(read) == head("read", R"("hello 0 5 10")") + tail_ok);
  read = begun(wire::TokenRead{"1020"});
  record(read, reply_with(std::nullopt), 20);
  CHECK(history_line(read) == head("read", R"("created")") + tail_ok);
  read = begun(wire::TokenRead{"1020"});
  record(read, refusal(Status::not_found, Applied::no, "n3"), 20);
  CHECK(history_line(read) == head("read", "null") + tail_ok);
}

TEST_CASE("the history never makes a fact of what is not known") {
  const auto outcome = [](RegisterEvent event, const Failure& failure) {
    record(event, failure, 20);
    const std::string line = history_line(event);
    CHECK(line.find("swapped") == std::string::npos);
    return line.substr(line.find("\"end_ns\""), line.find(",\"node\"") - line.find("\"end_ns\""));
  };
  const RegisterEvent write = begun(wire::TokenWrite{"1020", "hello", 0, 5, 10, false});
  const RegisterEvent create = begun(wire::TokenCreate{"1020", false});
  const RegisterEvent read = begun(wire::TokenRead{"1020"});
  CHECK(outcome(write, refusal(Status::timeout, Applied::unknown, "")) == R"("end_ns":null,"outcome":"unknown")");
  CHECK(outcome(write, refusal(Status::timeout, Applied::unknown, "n1")) == R"("end_ns":20,"outcome":"unknown")");
  CHECK(outcome(write, refusal(Status::not_found, Applied::no, "n1")) == R"("end_ns":20,"outcome":"fail")");
  CHECK(outcome(create, refusal(Status::timeout, Applied::unknown, "n1")) == R"("end_ns":20,"outcome":"unknown")");
  // The client's own word that there is no such token is no reading of it.
  CHECK(outcome(read, refusal(Status::not_found, Applied::no, "")) == R"("end_ns":20,"outcome":"fail")");
  CHECK(outcome(read, refusal(Status::timeout, Applied::unknown, "")) == R"("end_ns":null,"outcome":"unknown")");

  // --if-absent: whether it made the token.
  RegisterEvent either = begun(wire::TokenCreate{"1020", true});
  wire::TokenReply told = reply_with(std::nullopt);
  record(either, told, 20);  // of a node that does not tell
  CHECK(history_line(either).find(R"("outcome":"unknown")") != std::string::npos);
  either = begun(wire::TokenCreate{"1020", true});
  told.created = true;
  record(either, told, 20);
  CHECK(history_line(either) == head("cas", R"([null,"created"])") + R"("swapped":true,)" + tail_ok);
  either = begun(wire::TokenCreate{"1020", true});
  told.created = false;
  record(either, told, 20);
  CHECK(history_line(either) == head("read", R"("created")") + tail_ok);
  either = begun(wire::TokenCreate{"1020", true});
  record(either, written(), 20);
  CHECK(history_line(either) == head("read", R"("hello 0 5 10")") + tail_ok);
}
