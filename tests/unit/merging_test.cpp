#include "client/commands/merging.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace kin;

namespace {

std::vector<wire::ShownSibling> siblings_of(const std::vector<std::string>& values) {
  std::vector<wire::ShownSibling> out;
  for (const std::string& value : values) {
    const auto counter = static_cast<std::uint64_t>(out.size() + 1);
    out.push_back({value, {}, Dot{{"n1", {1, 1}}, counter}, "ann@vm", 0, ""});
  }
  return out;
}

ResolveCommand by_program(const std::string& command) {
  ResolveCommand out;
  out.key = "cart";
  out.merge_command = command;
  return out;
}

}  // namespace

TEST_CASE("the union has each line once, sorted, and ends as the values do") {
  CHECK(union_of_lines(siblings_of({"b\na", "c\nb"})) == "a\nb\nc");
  CHECK(union_of_lines(siblings_of({"b\na\n", "c"})) == "a\nb\nc\n");
  CHECK(union_of_lines(siblings_of({"same", "same"})) == "same");
  CHECK(union_of_lines(siblings_of({"", "a"})) == "a");
  CHECK(union_of_lines(siblings_of({"", ""})).empty());
  CHECK(union_of_lines(siblings_of({"a\n\nb", "a"})) == "\na\nb");
  const std::string binary("\0\xff", 2);
  CHECK(union_of_lines(siblings_of({"a", binary})) == binary + "\na");
}

TEST_CASE("a value is taken by its number, and a number that is not there is said") {
  ResolveCommand take;
  take.key = "cart";
  take.take = "2";
  CHECK(*merged(take, siblings_of({"apples", "pears"})) == "pears");
  take.take = "n1.1:1";
  CHECK(*merged(take, siblings_of({"apples", "pears"})) == "apples");
  for (const char* wrong : {"0", "3"}) {
    take.take = wrong;
    const auto refused = merged(take, siblings_of({"apples", "pears"}));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().status == Status::usage);
    CHECK(refused.error().applied == Applied::no);
    CHECK(refused.error().message.find("cart has 2") != std::string::npos);
  }
}

TEST_CASE("what was chosen is not written over a value that was not seen") {
  const auto two = siblings_of({"apples", "pears"});  // n1.1:1 and n1.1:2
  ResolveCommand command;
  command.key = "cart";
  const auto written = [&](std::optional<std::string> take, std::vector<std::string> over) {
    command.take = std::move(take);
    command.over = std::move(over);
    const auto same = as_it_was_read(command, two);
    if (!same) {
      CHECK(same.error().status == Status::stale);
      CHECK(same.error().applied == Applied::no);
    }
    return same.has_value();
  };
  CHECK(written("n1.1:2", {"n1.1:1"}));
  CHECK(written("n1.1:2", {"n1.1:1", "n3.1:7"}));  // one that is gone meanwhile is in nobody's way
  CHECK(written("n1.1:2", {}));
  CHECK(written("1", {}));
  CHECK_FALSE(written("n1.1:3", {}));
  CHECK_FALSE(written("n1.1:3", {"n1.1:1", "n1.1:2"}));
  CHECK_FALSE(written("n1.1:2", {"n3.1:7"}));
  CHECK_FALSE(written(std::nullopt, {"n1.1:1"}));
  CHECK(written(std::nullopt, {"n1.1:1", "n1.1:2"}));
}

TEST_CASE("a merge command finds the values in files, and what it prints is the value") {
  const auto two = siblings_of({"apples\n", "pears"});
  CHECK(*merged(by_program("cat \"$SIBLING_2\" \"$SIBLING_1\""), two) == "pearsapples\n");
  CHECK(*merged(by_program("printf %s \"$KEY has $SIBLINGS\"; cat \"$BASE\""), two) == "cart has 2");
  CHECK(*merged(by_program("cat \"$@\""), two) == "apples\npears");
  CHECK(merged(by_program("true"), two)->empty());
  // Its files go with it.
  const std::string folder = *merged(by_program("printf %s \"$BASE\""), two);
  CHECK(std::system(("test ! -e '" + folder + "'").c_str()) == 0);
}

TEST_CASE("of a merge command that fails nothing is taken") {
  const auto two = siblings_of({"apples", "pears"});
  for (const char* command : {"echo half; exit 3", "kill -9 $$", "no-such-program"}) {
    INFO(command);
    const auto refused = merged(by_program(command), two);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().status == Status::conflict);
    CHECK(refused.error().applied == Applied::no);
    CHECK(refused.error().message.find(command) != std::string::npos);
  }
}

TEST_CASE("an editor gets the values between markers, and its text is taken once they are out") {
  ResolveCommand edit;
  edit.key = "cart";
  edit.edit = true;
  const auto two = siblings_of({"apples", "pears"});
  CHECK(with_markers(two) ==
        "<<<<<<< 1: n1.1:1, taken by n1 for ann@vm at 1970-01-01T00:00:00.000000Z\n"
        "apples\n"
        "======= 2: n1.1:2, taken by n1 for ann@vm at 1970-01-01T00:00:00.000000Z\n"
        "pears\n"
        ">>>>>>> keep what shall stand for all of them, and take these lines out\n");
  ::unsetenv("VISUAL");
  ::setenv("EDITOR", "sed -i -e '/^[<=>]/d'", 1);
  CHECK(*merged(edit, two) == "apples\npears");
  CHECK(*merged(edit, siblings_of({"apples\n", "pears"})) == "apples\npears\n");
  ::setenv("EDITOR", "true", 1);
  CHECK(merged(edit, two).error().message.find("markers") != std::string::npos);
  ::setenv("VISUAL", "false", 1);
  CHECK(merged(edit, two).error().message.find("ended with 1") != std::string::npos);
  ::unsetenv("VISUAL");
  ::unsetenv("EDITOR");
}
