// Jobs between a tier and the loop, and calls with several replies.
#include "tests/unit/runtime/test_node.hpp"

using namespace kin;

namespace {

std::string done_message(const ParsedItem& item) {
  CHECK(item.envelope.kind == wire::Kind::done);
  return item.as<wire::Done>().message;
}

}  // namespace

TEST_CASE("a job begins after the turn that asked for it is durable, and its result is stepped into its tier") {
  Node node;
  node.store.before_commit = [&] { CHECK(node.jobs.jobs.empty()); };
  node.give(request_item(write_of("job"), 7));
  CHECK(node.turn().empty());
  REQUIRE(node.jobs.jobs.size() == 1);

  node.jobs.news.push_back({node.jobs.jobs[0].tier, JobResult{node.jobs.jobs[0].job.id, "computed"}});
  const auto replies = node.turn();
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].envelope.request_id == 7);
  CHECK(done_message(replies[0]) == "computed");
  CHECK(node.counter("jobs") == 1);
  CHECK(node.counter("jobs_done") == 1);
}

TEST_CASE("no job begins when the disk fails in the turn that asked for it") {
  Node node;
  node.store.writes_fail = true;
  node.give(request_item(write_of("job")));
  CHECK(node.loop->turn());
  CHECK(node.jobs.jobs.empty());
}

TEST_CASE("a call stays open until its last reply, and is logged once") {
  Node node;
  node.give(request_item(write_of("job"), 7));
  node.turn();
  const TierIndex tier = node.jobs.jobs[0].tier;
  const JobId job = node.jobs.jobs[0].job.id;
  const std::size_t lines = node.log.count("call add_update");
  for (const std::uint64_t part : {10, 20}) {
    node.jobs.news.push_back({tier, JobProgress{job, part, 100}});
    const auto replies = node.turn();
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].envelope.request_id == 7);
    CHECK(done_message(replies[0]) == std::to_string(part) + "/100");
    CHECK(node.log.count("call add_update") == lines);
  }
  node.jobs.news.push_back({tier, JobResult{job, "computed"}});
  REQUIRE(node.turn().size() == 1);
  CHECK(node.log.count("call add_update") == lines + 1);
  CHECK(node.counter("replies_unwanted") == 0);
}

TEST_CASE("what a tier cancels is cancelled, also when its news came in the same turn") {
  Node node;
  node.give(request_item(write_of("job"), 7));
  node.turn();
  const TierIndex tier = node.jobs.jobs[0].tier;
  const JobId job = node.jobs.jobs[0].job.id;
  // The tier does not know the job any more after the first of these.
  node.host->step(tier, ClientCall{99, wire::Kind::add_update, wire::encode(write_of("cancel")), "c", 0, 0});
  node.host->step(tier, JobProgress{job, 1, 2});
  node.host->step(tier, JobDone{job, "computed"});
  node.turn();
  CHECK(node.jobs.cancelled == std::vector<JobId>{job});
}

TEST_CASE("the log says what a request of a tier's own kind is about") {
  Node node;
  node.ask(request_item(wire::RemoveMember{"10\n20"}, 1, CounterTier::own_kind));
  CHECK(node.log.count("call kind 40 10%0A20 from tester OK") == 1);
  node.ask(request_item(wire::StatusQuery{}, 1, CounterTier::own_kind));
  CHECK(node.log.count("call kind 40 from tester OK") == 1);
}
