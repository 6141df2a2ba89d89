// What a program tells of its own command line: what may come next, its manual page, the shell.
#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>
#include <sstream>

#include "common/cli/candidates.hpp"
#include "common/cli/completion_scripts.hpp"
#include "common/cli/exit_codes.hpp"
#include "common/cli/man_page.hpp"
#include "common/cli/nearest_word.hpp"
#include "common/cli/shell.hpp"
#include "common/cli/wrong_line.hpp"

using namespace kin;

namespace {

using Words = std::vector<std::string>;

CommandTree example() {
  static std::string text;
  static bool flag = false;
  CLI::App app("an example: \\ and -dashes\n.and a line that begins with a dot", "example");
  app.add_option("-f,--form", text, "which form")->check(CLI::IsMember(Words{"text", "json"}))->type_name("FORM");
  app.add_flag("--quiet", flag, "'less'");
  app.add_flag("--hidden", flag)->group("");
  CLI::App* show = app.add_subcommand("show", "show it");
  show->alias("display");
  show->add_option("WHAT", text)->required();
  show->add_option("--file", text)->type_name("FILE")->required();
  CLI::App* group = app.add_subcommand("node", "nodes");
  group->add_subcommand("stop", "end one")->add_option("ID", text, "of the node");
  app.add_subcommand("secret", "not for people")->group("");
  return tree_of(app);
}

Words next(const Words& before, const std::string& typed) {
  const auto known = [](const std::string& value) { return value == "ID" ? Words{"n1", "n2"} : Words{}; };
  const Candidates found = candidates(example(), before, typed, known);
  Words out;
  for (const Candidate& one : found.words) out.push_back(one.word);
  if (found.files) out.emplace_back(":files");
  return out;
}

}  // namespace

TEST_CASE("what may come next is what would be parsed, and nothing hidden") {
  CHECK(next({}, "") == Words{"show", "node"});
  CHECK(next({}, "s") == Words{"show"});
  CHECK(next({"--form", "json"}, "n") == Words{"node"});
  CHECK(next({"--form=json"}, "n") == Words{"node"});
  CHECK(next({"--form"}, "").size() == 2);
  CHECK(next({"-f"}, "j") == Words{"json"});
  CHECK(next({}, "--form=t") == Words{"--form=text"});
  CHECK(next({}, "--q") == Words{"--quiet"});
  CHECK(next({}, "--h") == Words{"--help"});
  CHECK(next({"display"}, "--fi") == Words{"--file"});
  CHECK(next({"show"}, "--q") == Words{"--quiet"});
  CHECK(next({"show", "--file"}, "x") == Words{":files"});
  CHECK(next({"--", "show"}, "--q").empty());
  CHECK(next({"node"}, "") == Words{"stop"});
  CHECK(next({"node", "stop"}, "n") == Words{"n1", "n2"});
  CHECK(next({"nonsense"}, "--fi").empty());
}

TEST_CASE("the scripts' question is answered a line a candidate, and no other words are taken for it") {
  CHECK(answer_completion({"completion", "candidates", "--", "n"}, example()) == "node\tnodes\n");
  CHECK(answer_completion({"completion", "candidates", "--", "show", "--file", ""}, example()) == ":files\n");
  CHECK_FALSE(answer_completion({"completion", "candidates"}, example()).has_value());
  CHECK_FALSE(answer_completion({"completion", "bash"}, example()).has_value());
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(shell, "a-program");
    CHECK(script.find("PROGRAM") == std::string::npos);
    CHECK(script.find("a_program_complete") != std::string::npos);
  }
  CHECK(completion_script("csh", "kin").empty());
}

TEST_CASE("a line that is refused says what is wrong and what may have been meant, for any program") {
  const auto wrong = [](const Words& words) {
    CLI::App app("an example", "example");
    std::string text;
    app.add_option("--file", text);
    CLI::App* group = app.add_subcommand("node", "nodes");
    CLI::App* stop = group->add_subcommand("stop", "end one");
    stop->add_option("ID", text)->required();
    stop->add_option("-r,--reason", text);
    group->add_subcommand("set_up", "make one")->alias("set-up");
    app.add_subcommand("secret", "not for people")->group("");
    app.require_subcommand(1);
    try {
      app.parse(Words(words.rbegin(), words.rend()));
    } catch (const CLI::ParseError& error) {
      const WrongLine line = wrong_line(error, app, words);
      return line.problem + " | " + line.hint;
    }
    return std::string();
  };
  CHECK(wrong({}) == "a command is missing | see example --help");
  CHECK(wrong({"ndoe"}) == "there is no command 'ndoe' in example | did you mean 'example node'?");
  CHECK(wrong({"secrett"}) == "there is no command 'secrett' in example | see example --help");
  CHECK(wrong({"node", "stpo", "x"}) ==
        "there is no command 'stpo' in example node | did you mean 'example node stop'?");
  CHECK(wrong({"node", "stop", "x", "y"}) == "'y' is not expected here | see example node stop --help");
  CHECK(wrong({"node", "stop", "x", "--fiel=y"}) == "'--fiel=y' is not expected here | did you mean --file?");
  CHECK(wrong({"node", "stop", "x", "--fyels"}) == "'--fyels' is not expected here | see example node stop --help");
  CHECK(
      wrong({"node", "stop", "x", "-q"}) ==
      "'-q' is not expected here | put -- in front of a key or value that begins with a dash: example node stop -- -q");
  CHECK(wrong({"--reason=old", "node", "stop", "x"}) ==
        "'--reason=old' is not expected here | it goes behind the command: example node stop --reason=old");
  CHECK(wrong({"-r", "node", "stop", "x"}) ==
        "'-r' is not expected here | it goes behind the command: example node stop -r");
  CHECK(wrong({"node", "stop", "x", "--rea=y"}) == "'--rea=y' is not expected here | did you mean --reason?");
  CHECK(wrong({"node", "set"}) == "there is no command 'set' in example node | did you mean 'example node set_up'?");
  CHECK(wrong({"node", "stop"}) == "ID is required | see example node stop --help");
}

TEST_CASE("a word is meant as long as no more than one letter in three is wrong") {
  const std::optional<std::string> nothing;
  const Words commands{"up", "down", "kill", "status", "shell", "completion"};
  CHECK(nearest_word("heal", commands) == nothing);
  CHECK(nearest_word("hell", commands) == "shell");
  CHECK(nearest_word("shell", commands) == "shell");
  CHECK(nearest_word("ip", commands) == nothing);
  CHECK(nearest_word("pu", commands) == nothing);
  CHECK(nearest_word("ups", commands) == "up");
  CHECK(nearest_word("is", commands) == nothing);
  CHECK(nearest_word("kli", commands) == nothing);
  CHECK(nearest_word("klil", commands) == "kill");
  CHECK(nearest_word("stauts", commands) == "status");
  CHECK(nearest_word("sttsu", commands) == nothing);
  CHECK(nearest_word("satsus", commands) == "status");
  CHECK(nearest_word("compilation", commands) == "completion");
  CHECK(nearest_word("comp", commands) == "completion");
  CHECK(nearest_word("s", commands) == nothing);
  const Words others{"get", "put", "delete", "log", "shell"};
  for (const char* typed : {"set", "ls", "help", "foo"}) CHECK(nearest_word(typed, others) == nothing);
  CHECK(nearest_word("del", others) == "delete");
  CHECK(nearest_word("gte", others) == "get");
  CHECK(nearest_word("", commands) == nothing);
  CHECK(nearest_word(std::string(1000, 's'), commands) == nothing);
}

TEST_CASE("exit codes are told in lines that fit") {
  CHECK(exit_codes_help({0, 2}) == "Exit codes: 0 ok; 2 usage");
  std::istringstream all(exit_codes_help({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 130}));
  int lines = 0;
  for (std::string line; std::getline(all, line); ++lines) CHECK(line.size() <= 100);
  CHECK(lines > 1);
}

TEST_CASE("no text of a definition is an instruction of the manual page") {
  const std::string page = man_page(example(), "example 1");
  CHECK(page.find("an example: \\e and \\-dashes\n.br\n\\&.and a line") != std::string::npos);
  CHECK(page.find("\\&'less'") != std::string::npos);
  CHECK(page.find("\\fBexample show\\fR \\fB\\-\\-file\\fR \\fIFILE\\fR \\fIWHAT\\fR") != std::string::npos);
  CHECK(page.find("(also display)") != std::string::npos);
  CHECK(page.find("hidden") == std::string::npos);
  CHECK(page.find("secret") == std::string::npos);
}

TEST_CASE("a shell runs all lines of a pipe, and ends with the last failure") {
  std::vector<Words> ran;
  ShellParts parts;
  parts.program = "kin";
  parts.help = "what there is";
  parts.run = [&](const Words& words) {
    ran.push_back(words);
    return words.front() == "fail" ? std::stoi(words.at(1)) : 0;
  };
  const auto run = [&](const std::string& text, std::string* told = nullptr) {
    ran.clear();
    std::istringstream in(text);
    std::ostringstream out, errors;
    const int code = run_shell(parts, false, in, out, errors);
    if (told != nullptr) *told = errors.str();
    return code;
  };
  std::string told;
  CHECK(run("a 'b c'\n\n# fail 9\nfail 3\n  fail 4\nkin d\n", &told) == 4);
  CHECK(ran == std::vector<Words>{{"a", "b c"}, {"fail", "3"}, {"fail", "4"}, {"d"}});
  CHECK(told == "kin: line 4 ended with 3\nkin: line 5 ended with 4\n");
  CHECK(run("a 'b\nc", &told) == 2);
  CHECK(ran == std::vector<Words>{{"c"}});
  CHECK(run("fail 5\nexit\na\n") == 5);
  CHECK(ran.size() == 1);
  CHECK(run("fail 130\na\n") == 130);
  CHECK(ran.size() == 1);
  CHECK(run("help\nhelp a\nexit now\n") == 0);
  CHECK(ran == std::vector<Words>{{"--help"}, {"a", "--help"}, {"exit", "now"}});
  CHECK(run("") == 0);
}
