#include "client/bench/bench_client.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "client/identity.hpp"

namespace kin {
namespace {

constexpr std::chrono::milliseconds longest_wait{50};

ClientOptions as_planned(ClientOptions options, const BenchPlan& plan) {
  options.one_a_message = plan.one_a_message;
  return options;
}

void append_number(std::string& text, std::uint64_t number) {
  std::array<char, 20> digits{};
  text.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

// The reply of the expected kind: AsyncClient answers nothing else.
template <class Reply>
const Reply& reply_in(const Outcome& outcome) {
  return std::get<Reply>(*outcome);
}

}  // namespace

void BenchTally::join(const BenchTally& other) {
  for (std::size_t i = 0; i < latencies.size(); ++i) latencies[i].join(other.latencies[i]);
  for (const auto& [status, count] : other.failures) failures[status] += count;
  if (!first_failure) first_failure = other.first_failure;
  conflicts += other.conflicts;
  absent += other.absent;
}

std::uint64_t BenchTally::done() const {
  std::uint64_t sum = 0;
  for (const LatencyHistogram& one : latencies) sum += one.count();
  return sum;
}

std::uint64_t BenchTally::failed() const {
  std::uint64_t sum = 0;
  for (const auto& [status, count] : failures) sum += count;
  return sum;
}

BenchClient::BenchClient(const BenchPlan& plan, std::string name, std::vector<Endpoint> endpoints,
                         ClientOptions options, const Workload& workload, BenchProgress& progress)
    : plan_(plan),
      name_(std::move(name)),
      client_(std::move(endpoints), as_planned(std::move(options), plan)),
      workload_(workload),
      progress_(progress) {
  read_.bucket = write_.bucket = plan_.bucket;
  read_.level = plan_.read;
  write_.level = plan_.write;
}

tl::expected<void, std::string> BenchClient::keep_history(const std::string& path) {
  auto opened = HistoryFile::open(path);
  if (!opened) return tl::unexpected(opened.error());
  history_.emplace(std::move(*opened));
  return {};
}

std::optional<Failure> BenchClient::greet() {
  const auto wrong = std::make_shared<std::optional<Failure>>();  // after an interrupt the answer may come later
  client_.submit(wire::Read{plan_.bucket, key_numbered(plan_.prefix, 0), {}}, [wrong](const Outcome& outcome) {
    if (!outcome) *wrong = outcome.error();
  });
  while (client_.in_flight() > 0 && !interrupted_) poll(longest_wait);
  return *wrong;
}

std::optional<Failure> BenchClient::load(std::uint64_t from, std::uint64_t to) {
  std::optional<Failure> wrong;
  for (std::uint64_t next = from; (next < to && !wrong && !interrupted_) || client_.in_flight() > 0;) {
    while (next < to && !wrong && client_.in_flight() < plan_.depth) {
      Operation& operation = open_operation();
      put_key_numbered(operation.key, plan_.prefix, next++);
      begin_write(operation, wire::Seen::overwrite, {});
      client_.submit(write_, [this, &operation, &wrong](const Outcome& outcome) {
        outcome ? end_event(operation, reply_in<wire::WriteReply>(outcome)) : end_event(operation, outcome.error());
        close(operation);
        ++progress_.done;
        if (!outcome && !wrong) wrong = outcome.error();
      });
    }
    poll(longest_wait);
  }
  return wrong;
}

void BenchClient::run(BenchClock::time_point begin, BenchClock::time_point end, const std::atomic<bool>& stop) {
  using std::chrono::duration_cast;
  const auto gap = plan_.rate > 0 ? duration_cast<BenchClock::duration>(std::chrono::duration<double>(1 / plan_.rate))
                                  : BenchClock::duration::zero();
  auto due = begin;
  while (true) {
    const auto now = BenchClock::now();
    const bool over = now >= end || stop || interrupted_;
    if (over && ongoing_ == 0) return;
    auto until = now + longest_wait;
    if (now < begin) until = begin;
    if (!over && now >= begin) {
      for (; ongoing_ < plan_.depth && (gap == gap.zero() || due <= now); due += gap) {
        start(gap == gap.zero() ? now : due);  // these are sent together
      }
      if (gap > gap.zero() && ongoing_ < plan_.depth) until = std::min(until, due);
    }
    poll(duration_cast<std::chrono::milliseconds>(std::max(until - now, BenchClock::duration::zero())));
  }
}

bool BenchClient::poll(std::chrono::milliseconds longest) {
  if (!client_.poll(longest)) {
    interrupted_ = true;
    client_.ignore_interrupts();
  }
  return !interrupted_;
}

BenchClient::Operation& BenchClient::open_operation() {
  ++ongoing_;
  if (closed_.empty()) return *operations_.emplace_back(std::make_unique<Operation>());
  Operation& operation = *closed_.back();
  closed_.pop_back();
  return operation;
}

void BenchClient::start(BenchClock::time_point due) {
  const Workload::Step step = workload_.next();
  Operation& operation = open_operation();
  operation.act = step.act;
  put_key_numbered(operation.key, plan_.prefix, step.key);
  operation.due = due;
  if (step.act == Act::read || step.act == Act::modify) return read(operation);
  write(operation, workload_.per_cent(plan_.unseeing) ? wire::Seen::nothing : wire::Seen::overwrite, {});
}

void BenchClient::read(Operation& operation) {
  begin_event(operation, "get");
  read_.key = operation.key;
  client_.submit(read_, [this, &operation](const Outcome& outcome) { have_read(operation, outcome); });
}

void BenchClient::have_read(Operation& operation, const Outcome& outcome) {
  if (!outcome) {
    end_event(operation, outcome.error());
    return failed(operation, outcome.error());
  }
  const auto& reply = reply_in<wire::ReadReply>(outcome);
  end_event(operation, reply);
  if (reply.siblings.size() > 1) ++tally_.conflicts;
  if (reply.siblings.empty()) ++tally_.absent;
  if (operation.act == Act::read) return done(operation);
  const std::string read_id = operation.event.id;
  write(operation, wire::Seen::context, reply.context);
  operation.event.context_of = read_id;
}

void BenchClient::begin_write(Operation& operation, wire::Seen seen, const std::string& context) {
  put_fresh_value(write_.value);
  begin_event(operation, "put");
  if (history_) operation.event.value = write_.value;
  operation.event.seen = seen;
  write_.key = operation.key;
  write_.seen = seen;
  write_.context = context;
  write_.want_replaced = history_.has_value();
  write_.operation.assign(name_).append(":");
  append_number(write_.operation, values_);
}

void BenchClient::write(Operation& operation, wire::Seen seen, const std::string& context) {
  begin_write(operation, seen, context);
  client_.submit(write_, [this, &operation](const Outcome& outcome) { have_written(operation, outcome); });
}

void BenchClient::have_written(Operation& operation, const Outcome& outcome) {
  if (!outcome) {
    end_event(operation, outcome.error());
    return failed(operation, outcome.error());
  }
  const auto& reply = reply_in<wire::WriteReply>(outcome);
  end_event(operation, reply);
  if (reply.siblings.size() > 1) ++tally_.conflicts;
  if (reply.got < reply.wanted) {
    return failed(operation, {Status::partial, Applied::yes, "too few copies in time", reply.node});
  }
  done(operation);
}

void BenchClient::close(Operation& operation) {
  --ongoing_;
  closed_.push_back(&operation);
}

void BenchClient::done(Operation& operation) {
  close(operation);
  const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(BenchClock::now() - operation.due);
  tally_.latencies[static_cast<std::size_t>(operation.act)].add(static_cast<std::uint64_t>(took.count()));
  progress_.done.fetch_add(1, std::memory_order_relaxed);
}

void BenchClient::failed(Operation& operation, const Failure& failure) {
  close(operation);
  ++tally_.failures[failure.status];
  if (!tally_.first_failure) tally_.first_failure = failure;
  progress_.failed.fetch_add(1, std::memory_order_relaxed);
}

void BenchClient::begin_event(Operation& operation, const char* op) {
  if (!history_) return;
  operation.event = {};
  operation.event.client = name_;
  operation.event.id = name_ + '/' + std::to_string(++events_);
  operation.event.op = op;
  operation.event.bucket = plan_.bucket;
  operation.event.key = operation.key;
  operation.event.start_ns = monotonic_ns();
}

template <class Reply>
void BenchClient::end_event(Operation& operation, const Reply& reply) {
  if (!history_) return;
  record(operation.event, reply, monotonic_ns());
  operation.event.sent_again = operation.event.op == "put" && client_.sent_again();
  if (auto kept = history_->append(operation.event); !kept) {
    history_error_ = kept.error();
    history_.reset();
  }
}

// No two are the same: a checker tells writes by their values.
void BenchClient::put_fresh_value(std::string& value) {
  value.assign(name_).append("-");
  append_number(value, ++values_);
  value += ' ';
  if (value.size() < plan_.value_bytes) value.resize(plan_.value_bytes, 'v');
}

}  // namespace kin
