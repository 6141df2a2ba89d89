// The checker of causal histories accepts what is right and rejects each kind of wrong.
#include <catch2/catch.hpp>
#include <sstream>

#include "driver/check/causal_check.hpp"
#include "driver/check/causal_history.hpp"

using namespace kin::check;

namespace {

// Builds a history line by line; each operation begins after the one before it has ended.
class Story {
 public:
  // `context`: null, implied or the id of an operation.
  Story& put(const std::string& id, const std::string& value, const std::string& context, const std::string& replaced,
             const std::string& node = "n1", const std::string& outcome = "ok") {
    return write("put", id, R"("value":")" + value + R"(",)", context, replaced, node, outcome);
  }
  Story& remove(const std::string& id, const std::string& context, const std::string& replaced,
                const std::string& node = "n1", const std::string& outcome = "ok") {
    return write("delete", id, "", context, replaced, node, outcome);
  }
  Story& get(const std::string& id, const std::string& values, const std::string& node = "n1") {
    return line(id, "get", R"("values":)" + values + ',', node, "ok");
  }
  Story& final_read(const std::string& values, const std::string& node = "n1") {
    return line("f" + std::to_string(clock_), "final", R"("values":)" + values + ',', node, "ok");
  }
  // The last reads of three nodes.
  Story& finals(const std::string& values) { return final_read(values, "n1").final_read(values, "n2"); }
  // The operations from here on are of this session; empty: of none.
  Story& session(const std::string& name) {
    session_ = name;
    return *this;
  }
  // The next operation starts together with the last one.
  Story& meanwhile() {
    clock_ -= 10;
    return *this;
  }
  std::string text() const { return text_; }

 private:
  Story& write(const std::string& op, const std::string& id, const std::string& value, const std::string& context,
               const std::string& replaced, const std::string& node, const std::string& outcome) {
    const std::string past = context == "null" ? context : '"' + context + '"';
    return line(id, op, value + R"("context":)" + past + R"(,"replaced":)" + replaced + ',', node, outcome);
  }
  Story& line(const std::string& id, const std::string& op, const std::string& fields, const std::string& node,
              const std::string& outcome) {
    clock_ += 10;
    const std::string of_session = session_.empty() || op == "final" ? "" : R"("session":")" + session_ + "\",";
    text_ += R"({"id":")" + id + R"(","op":")" + op + R"(","key":"k",)" + fields + of_session + R"("node":")" + node +
             R"(","start_ns":)" + std::to_string(clock_) + R"(,"end_ns":)" +
             (outcome == "unknown" ? "null" : std::to_string(clock_ + 5)) + R"(,"outcome":")" + outcome + "\"}\n";
    return *this;
  }

  int clock_ = 0;
  std::string text_, session_;
};

CausalVerdict judge(const std::string& text) {
  std::istringstream lines(text);
  auto history = read_causal_history(lines);
  if (!history) FAIL("line " << history.error().line << ": " << history.error().message);
  return check_causal(*history);
}

std::vector<std::string> kinds(const Story& story) {
  std::vector<std::string> out;
  for (const Violation& violation : judge(story.text()).violations) out.emplace_back(name(violation.wrong));
  return out;
}

using Kinds = std::vector<std::string>;

BadLine refusal(const std::string& text) {
  std::istringstream lines(text);
  auto history = read_causal_history(lines);
  REQUIRE_FALSE(history);
  return history.error();
}

}  // namespace

TEST_CASE("causal check: updates one after the other, each replacing the last") {
  Story story;
  story.put("1", "a", "implied", "[]").put("2", "b", "implied", R"(["a"])").put("3", "c", "2", R"(["b"])", "n2");
  CHECK(judge(story.finals(R"(["c"])").text()).clean());
}

TEST_CASE("causal check: two that had not seen each other stand side by side, and a context of both leaves one") {
  Story conflict;
  conflict.put("1", "a", "implied", "[]", "n1").put("2", "b", "implied", "[]", "n2").get("3", R"(["a","b"])");
  CHECK(judge(Story(conflict).finals(R"(["b","a"])").text()).clean());
  Story resolved(conflict);
  CHECK(judge(resolved.put("4", "ab", "3", R"(["a","b"])").finals(R"(["ab"])").text()).clean());
}

TEST_CASE("causal check: an acknowledged put that is gone is lost") {
  Story nothing_left;
  CHECK(kinds(nothing_left.put("1", "a", "implied", "[]").finals("[]")) == Kinds{"lost"});
  Story overwritten_unseen;
  overwritten_unseen.put("1", "a", "implied", "[]").put("2", "b", "implied", "[]");
  CHECK(kinds(overwritten_unseen.finals(R"(["b"])")) == Kinds{"lost"});
  const auto verdict = judge(overwritten_unseen.text());
  CHECK_THAT(verdict.violations.at(0).story, Catch::Contains("put a at n1 (line 1, id 1)"));
}

TEST_CASE("causal check: a read may be behind, so what it does not show is no loss") {
  Story story;
  story.put("1", "a", "implied", "[]").get("2", "[]", "n2").put("3", "b", "2", "[]", "n2");
  CHECK(judge(story.finals(R"(["a","b"])").text()).clean());
}

TEST_CASE("causal check: one of two concurrent writes is gone") {
  Story other_node;
  other_node.put("1", "a", "implied", "[]", "n1").put("2", "b", "implied", "[]", "n2");
  CHECK(kinds(other_node.finals(R"(["b"])")) == Kinds{"conflict missed"});
  Story same_time;
  same_time.put("1", "a", "implied", "[]").meanwhile().put("2", "b", "implied", "[]");
  CHECK(kinds(same_time.finals(R"(["b"])")) == Kinds{"conflict missed"});
}

TEST_CASE("causal check: a put that may not have happened may be there or not") {
  for (const char* values : {R"(["a"])", R"(["a","u"])"}) {
    Story story;
    story.put("1", "a", "implied", "[]", "n1").put("2", "u", "null", "[]", "n2", "unknown");
    CHECK(judge(story.finals(values).text()).clean());
  }
}

TEST_CASE("causal check: nobody knows what a write of unknown outcome replaced") {
  Story update;
  update.put("1", "a", "implied", "[]").put("2", "u", "implied", "[]", "n1", "unknown");
  CHECK(judge(Story(update).finals(R"(["u"])").text()).clean());
  CHECK(kinds(Story(update).finals("[]")) == Kinds{"lost"});  // then u did not happen
  Story removal;
  removal.put("1", "a", "implied", "[]").remove("2", "implied", "[]", "n1", "unknown");
  CHECK(judge(Story(removal).finals("[]").text()).clean());
  CHECK(judge(Story(removal).finals(R"(["a"])").text()).clean());
}

TEST_CASE("causal check: a put whose context is known replaces only what that context covers") {
  Story story;
  story.put("1", "a", "implied", "[]").get("2", "[]", "n2").put("3", "u", "2", "[]", "n2", "unknown");
  CHECK(kinds(story.finals(R"(["u"])")) == Kinds{"conflict missed"});
}

TEST_CASE("causal check: a conflict between a write and one that had seen it is false") {
  Story direct;
  direct.put("1", "a", "implied", "[]").put("2", "b", "implied", R"(["a"])");
  CHECK(kinds(Story(direct).finals(R"(["a","b"])")) == Kinds{"false conflict"});
  CHECK(kinds(Story(direct).get("3", R"(["a","b"])").finals(R"(["b"])")) == Kinds{"false conflict"});
  Story by_chain;
  by_chain.put("1", "a", "null", "[]").put("2", "b", "1", R"(["a"])").get("3", R"(["b"])", "n2");
  by_chain.put("4", "c", "3", R"(["b"])", "n3");
  CHECK(kinds(by_chain.finals(R"(["a","c"])")) == Kinds{"false conflict", "resurrected"});
}

TEST_CASE("causal check: what was deleted or replaced does not come back") {
  Story deleted;
  deleted.put("1", "a", "implied", "[]").remove("2", "implied", R"(["a"])");
  CHECK(judge(Story(deleted).finals("[]").text()).clean());
  CHECK(kinds(Story(deleted).finals(R"(["a"])")) == Kinds{"resurrected"});
  Story after_delete;
  after_delete.put("1", "a", "implied", "[]").get("2", R"(["a"])").remove("3", "2", R"(["a"])", "n2");
  after_delete.put("4", "b", "3", "[]");
  CHECK(judge(Story(after_delete).finals(R"(["b"])").text()).clean());
  CHECK(kinds(Story(after_delete).finals(R"(["a"])")) == Kinds{"lost", "resurrected", "resurrected"});
}

TEST_CASE("causal check: a write that was sent twice may stand there twice, and is not lost where another was") {
  const std::string twice = R"(null,"sent_again":true)";
  for (const char* outcome : {"ok", "unknown"}) {
    INFO(outcome);
    Story replaced;
    replaced.put("1", "a", "implied", twice, "n1", outcome).put("2", "b", "implied", R"(["a"])");
    CHECK(judge(Story(replaced).finals(R"(["a","b"])").text()).clean());
    CHECK(judge(Story(replaced).finals(R"(["b"])").text()).clean());
    Story removed;
    removed.put("1", "a", "implied", twice, "n1", outcome).remove("2", "implied", R"(["a"])");
    CHECK(judge(Story(removed).finals(R"(["a"])").text()).clean());
    Story session;
    session.put("1", "a", "implied", twice, "n1", outcome).put("2", "b", "implied", R"(["a"])");
    session.session("s").get("3", R"(["b"])").get("4", R"(["a","b"])");
    CHECK(judge(session.finals(R"(["a","b"])").text()).clean());
  }
  // What it does not excuse: the other way round, and other keys' writes.
  Story newer;
  newer.put("1", "a", "implied", "[]").put("2", "b", "1", twice);
  CHECK(kinds(newer.finals(R"(["a","b"])")) == Kinds{"false conflict"});
  Story known;
  known.put("1", "a", "null", "[]").put("2", "b", "null", twice);
  CHECK(kinds(known.finals(R"(["b"])")) == Kinds{"lost"});
}

TEST_CASE("causal check: a delete that had not seen an update leaves it") {
  Story story;
  story.put("1", "a", "implied", "[]", "n1").get("2", R"(["a"])").put("3", "b", "2", R"(["a"])", "n2");
  story.remove("4", "2", R"(["a"])", "n1");
  CHECK(judge(Story(story).finals(R"(["b"])").text()).clean());
  CHECK(kinds(Story(story).finals("[]")) == Kinds{"lost"});
}

TEST_CASE("causal check: values that nobody wrote, that failed, or that are read before they are written") {
  Story unwritten;
  CHECK(kinds(unwritten.put("1", "a", "implied", "[]").finals(R"(["a","ghost"])")) == Kinds{"thin air", "thin air"});
  Story failed;
  failed.put("1", "a", "implied", "[]", "n1", "fail").get("2", R"(["a"])").finals("[]");
  CHECK(kinds(failed) == Kinds{"thin air"});
  Story early;
  early.get("1", R"(["a"])").put("2", "a", "implied", "[]").finals(R"(["a"])");
  CHECK(kinds(early) == Kinds{"thin air"});
}

TEST_CASE("causal check: two writes cannot have replaced each other") {
  Story story;
  story.put("1", "a", "implied", R"(["b"])").meanwhile().put("2", "b", "implied", R"(["a"])").finals("[]");
  CHECK(kinds(story) == Kinds{"cycle"});
}

TEST_CASE("causal check: nodes that end with different values") {
  Story story;
  story.put("1", "a", "implied", "[]", "n1").put("2", "b", "implied", "[]", "n2");
  story.final_read(R"(["a","b"])", "n1").final_read(R"(["a","b"])", "n2").final_read(R"(["a"])", "n3");
  CHECK(kinds(story) == Kinds{"diverged"});
}

TEST_CASE("causal check: the last final read of a node counts, earlier ones are reads") {
  Story story;
  story.put("1", "a", "implied", "[]").finals(R"(["a"])").put("2", "b", "implied", R"(["a"])").finals(R"(["b"])");
  CHECK(judge(story.text()).clean());
}

TEST_CASE("causal check: without a final read, or with a write after it, loss is not judged") {
  Story none;
  const auto verdict = judge(none.put("1", "a", "implied", "[]").text());
  CHECK(verdict.violations.empty());
  CHECK(verdict.not_judged.size() == 1);
  Story late;
  late.finals("[]").put("1", "a", "implied", "[]");
  CHECK(judge(late.text()).not_judged.size() == 1);
}

TEST_CASE("causal check: it gives up when the search takes too long") {
  Story story;
  story.put("1", "a", "null", "[]").put("2", "b", "1", R"(["a"])").put("3", "c", "2", R"(["b"])");
  story.put("4", "d", "null", "[]").finals(R"(["c","d"])");
  std::istringstream lines(story.text());
  const auto verdict = check_causal(*read_causal_history(lines), 0);
  CHECK(verdict.violations.empty());
  CHECK(verdict.not_judged.size() == 1);
}

TEST_CASE("causal history: what is no history is refused with its line") {
  const std::string good = Story().put("1", "a", "implied", "[]").text();
  struct Case {
    std::string text, message;
    std::size_t line;
  };
  const std::vector<Case> cases{
      {good + "\nnonsense\n", "no JSON object", 3},
      {good + good, "id 1 stands in line 1 too", 2},
      {good + R"({"id":"2","op":"put","key":"k","value":"a","context":null,"start_ns":1,"end_ns":2,"outcome":"ok"})",
       "is written in line 1 too", 2},
      {R"({"id":"2","op":"put","key":"k","value":"b","context":"7","start_ns":1,"end_ns":2,"outcome":"ok"})",
       "no operation with id 7", 1},
      {R"({"id":"2","op":"cas","key":"k","start_ns":1,"end_ns":2,"outcome":"ok"})", "not one of put, delete", 1},
      {R"({"id":"2","op":"get","key":"k","start_ns":1,"end_ns":2,"outcome":"ok"})", "no \"values\"", 1},
      {R"({"id":"2","op":"get","key":"k","values":[],"start_ns":3,"end_ns":2,"outcome":"ok"})", "ends before", 1},
      {R"({"id":"2","op":"get","key":"k","values":[],"start_ns":3,"end_ns":null,"outcome":"ok"})", "is null", 1},
      {R"({"id":"2","op":"get","key":"k","values":"x","start_ns":3,"end_ns":4,"outcome":"ok"})", "no array", 1},
      {R"({"id":"2","op":"get","key":"k","values":[],"start_ns":9223372036854775808,"end_ns":null,"outcome":"ok"})",
       "more than 2^63", 1},
      {R"({"id":"2","op":"get","key":"k","values":[],"start_ns":1.5,"end_ns":null,"outcome":"ok"})", "whole", 1},
      {R"({"id":"2","op":"get","key":"k","values":[],"start_ns":1,"end_ns":2,"outcome":"perhaps"})", "not one of ok",
       1},
      {R"({"id":"2","key":)" + std::string(1'000'000, '['), "levels deep", 1},
  };
  for (const Case& c : cases) {
    const BadLine bad = refusal(c.text);
    CHECK(bad.line == c.line);
    CHECK_THAT(bad.message, Catch::Contains(c.message));
  }
}

TEST_CASE("causal history: values that are not UTF-8, and buckets") {
  const std::string text =
      R"({"id":"1","op":"put","bucket":"x","key":"k","value":{"base64":"/w=="},"context":null,"node":"n1","start_ns":1,"end_ns":2,"outcome":"ok"}
{"id":"2","op":"put","bucket":"y","key":"k","value":{"base64":"/w=="},"context":null,"node":"n1","start_ns":1,"end_ns":2,"outcome":"ok"}
{"id":"3","op":"final","bucket":"x","key":"k","values":[{"base64":"/w=="}],"node":"n1","start_ns":3,"end_ns":4,"outcome":"ok"}
{"id":"4","op":"final","bucket":"y","key":"k","values":[{"base64":"/w=="}],"node":"n1","start_ns":3,"end_ns":4,"outcome":"ok"}
)";
  CHECK(judge(text).clean());
}

TEST_CASE("causal check: a session reads what it wrote, at any node, or what came after it") {
  Story same;
  same.session("s").put("1", "a", "implied", "[]").get("2", R"(["a"])", "n2");
  CHECK(judge(same.finals(R"(["a"])").text()).clean());
  Story replaced;
  replaced.session("s").put("1", "a", "implied", "[]");
  replaced.session("").put("2", "b", "implied", R"(["a"])").put("3", "c", "2", R"(["b"])", "n3");
  CHECK(judge(replaced.session("s").get("4", R"(["c"])", "n2").finals(R"(["c"])").text()).clean());
  Story deleted;
  deleted.session("s").put("1", "a", "implied", "[]").session("").remove("2", "implied", R"(["a"])");
  CHECK(judge(deleted.session("s").get("3", "[]", "n2").finals("[]").text()).clean());
}

TEST_CASE("causal check: a read of a session without the session's own write") {
  Story behind;
  behind.session("s").put("1", "a", "implied", "[]").get("2", "[]", "n2").finals(R"(["a"])");
  CHECK(kinds(behind) == Kinds{"own write missed"});
  CHECK_THAT(judge(behind.text()).violations.at(0).story,
             Catch::Contains("get at n2 (line 2, id 2), of session s, shows neither put a at n1 (line 1, id 1)"));
  Story older;
  older.put("0", "o", "implied", "[]").session("s").put("1", "a", "implied", R"(["o"])");
  CHECK(kinds(older.get("2", R"(["o"])", "n2").finals(R"(["a"])")) == Kinds{"own write missed", "own write missed"});
  Story undeleted;
  undeleted.put("0", "o", "implied", "[]").session("s").remove("1", "implied", R"(["o"])");
  CHECK(kinds(undeleted.get("2", R"(["o"])", "n2").finals("[]")) == Kinds{"own write missed"});
  Story another_session;
  another_session.session("s").put("1", "a", "implied", "[]").session("t").get("2", "[]", "n2");
  CHECK(kinds(another_session.session("").get("3", "[]", "n2").finals(R"(["a"])")).empty());
}

TEST_CASE("causal check: the reads of a session never go back") {
  Story gone;
  gone.put("1", "a", "implied", "[]").session("s").get("2", R"(["a"])").get("3", "[]", "n2");
  CHECK(kinds(gone.finals(R"(["a"])")) == Kinds{"went back"});
  Story older;
  older.put("1", "a", "implied", "[]").put("2", "b", "implied", R"(["a"])");
  older.session("s").get("3", R"(["b"])").get("4", R"(["a"])", "n2");
  CHECK(kinds(older.finals(R"(["b"])")) == Kinds{"went back", "went back"});
  Story back_again;  // what a read no longer showed was removed
  back_again.put("1", "a", "implied", "[]").remove("2", "implied", R"(["a"])");
  back_again.session("s").get("3", R"(["a"])").get("4", "[]", "n2").get("5", R"(["a"])", "n3");
  CHECK(kinds(back_again.finals("[]")) == Kinds{"went back"});
}

TEST_CASE("causal check: what a session did at the same time orders nothing") {
  Story story;
  story.session("s").put("1", "a", "implied", "[]").meanwhile().get("2", "[]", "n2");
  CHECK(judge(story.finals(R"(["a"])").text()).clean());
}

TEST_CASE("causal check: a delete that may have happened excuses a session's read, one that began later does not") {
  Story maybe;
  maybe.session("s").put("1", "a", "implied", "[]").session("").remove("2", "1", "[]", "n3", "unknown");
  CHECK(judge(maybe.session("s").get("3", "[]", "n2").finals("[]").text()).clean());
  Story later;
  later.session("s").put("1", "a", "implied", "[]").get("2", "[]", "n2").session("").remove("3", "1", R"(["a"])");
  CHECK(kinds(later.finals("[]")) == Kinds{"own write missed"});
}
