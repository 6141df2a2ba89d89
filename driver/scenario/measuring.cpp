#include "driver/scenario/measuring.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <sstream>
#include <tl/expected.hpp>
#include <utility>

#include "driver/check/causal_history.hpp"
#include "driver/scenario/command_words.hpp"
#include "driver/scenario/expectation.hpp"
#include "driver/scenario/places.hpp"
#include "driver/scenario/step_text.hpp"

namespace kin::driver {

namespace {

// A link's delay is counted by a clock of whole milliseconds, so each way may be shorter by less than one.
constexpr double clock_slack_ms = 2;
// A machine with other work makes answers late, again and again; one that waits for a node too many is never in time.
constexpr std::chrono::seconds longest_retry{20};

std::string ms(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", number);
  return text;
}

ClientCall call_of(const MeasureStep& step, const std::string& node, const std::string& level, std::uint32_t round) {
  const Lookup known = [&](const std::string& name) -> std::optional<std::string> {
    if (name == "node") return node;
    if (name == "level") return level;
    if (name == "round") return std::to_string(round);
    return std::nullopt;
  };
  ClientCall call{node, {}, true};
  for (const std::string& word : step.arguments) call.arguments.push_back(fill_names(word, known).value());
  call.arguments.push_back(std::string("-") + step.of);
  call.arguments.push_back(level);
  return call;
}

// How many of the other nodes an operation at this level has to hear of.
std::size_t others_needed(const std::string& level, std::size_t nodes) {
  if (level == "all") return nodes - 1;
  if (level == "quorum") return nodes / 2;
  return std::stoul(level) - 1;
}

tl::expected<std::vector<check::Operation>, std::string> operations_of(const World& world) {
  const auto text = world.history();
  if (!text) return tl::unexpected(text.error());
  std::istringstream lines(*text);
  auto history = check::read_causal_history(lines);
  if (!history)
    return tl::unexpected("the history, line " + std::to_string(history.error().line) + ": " + history.error().message);
  return std::move(history->operations);
}

// What the distances say of a quickest answer.
struct Judged {
  std::string too_soon, too_late;  // sentences; at most one of them is not empty
};

Judged judge(const Measurement& measured, const Places& places) {
  const auto node = static_cast<std::size_t>(std::find(places.nodes.begin(), places.nodes.end(), measured.node) -
                                             places.nodes.begin());
  const std::string took = measured.node + ' ' + measured.place + ", " + measured.level +
                           ": the quickest answer took " + ms(measured.least()) + " ms, ";
  const std::size_t needed = others_needed(measured.level.substr(2), places.nodes.size());
  if (needed == 0) {
    const std::uint32_t away = round_trip_ms(places, node, 1) / 2;
    if (measured.least() < away) return {};
    return {"", took + "and it should wait for no other node; the nearest is " + std::to_string(away) + " ms away"};
  }
  const std::uint32_t there_and_back = round_trip_ms(places, node, needed);
  if (measured.least() + clock_slack_ms < there_and_back)
    return {took + "and nothing comes back from as many nodes as it needs in less than " +
                std::to_string(there_and_back) + " ms",
            ""};
  if (needed + 1 == places.nodes.size()) return {};
  const std::uint32_t one_more = round_trip_ms(places, node, needed + 1);
  if (one_more == there_and_back || measured.least() < one_more) return {};
  return {"", took + "as if it had waited for one node more than it needs, which is there and back in " +
                  std::to_string(one_more) + " ms"};
}

// One measure step while it is played.
class Measuring {
 public:
  Measuring(World& world, const MeasureStep& step, const Places* places, const std::function<bool()>& interrupted)
      : world_(world), step_(step), places_(places), interrupted_(interrupted) {}

  // False: something went wrong that makes going on senseless.
  bool measure(const std::string& node, const std::string& level);
  Measured take() { return std::move(out_); }

 private:
  bool refuse(const std::string& sentence) {
    out_ = {{}, {sentence}};
    return false;
  }
  bool call(Measurement& one, const std::string& level, std::uint32_t times);
  bool note_times(Measurement& one, std::size_t before, std::uint32_t times);

  World& world_;
  const MeasureStep& step_;
  const Places* places_;
  const std::function<bool()>& interrupted_;
  Measured out_;
};

bool Measuring::measure(const std::string& node, const std::string& level) {
  Measurement one{node, "", std::string(1, step_.of) + '=' + level, {}};
  if (places_ != nullptr) {
    const auto at = std::find(places_->nodes.begin(), places_->nodes.end(), node) - places_->nodes.begin();
    one.place = places_->names[static_cast<std::size_t>(at)];
  }
  if (!call(one, level, step_.times)) return false;
  if (places_ != nullptr) {
    const auto begun = world_.elapsed();
    Judged judged = judge(one, *places_);
    while (!judged.too_late.empty() && world_.elapsed() - begun < longest_retry) {
      if (!call(one, level, 1)) return false;
      judged = judge(one, *places_);
    }
    for (const std::string& sentence : {judged.too_soon, judged.too_late})
      if (!sentence.empty()) out_.wrong.push_back(sentence);
  }
  out_.measurements.push_back(std::move(one));
  return true;
}

// So many more, one after the other: a client that starts beside another would wait for its processor too.
bool Measuring::call(Measurement& one, const std::string& level, std::uint32_t times) {
  const auto before = operations_of(world_);
  if (!before) return refuse(before.error());
  for (std::uint32_t i = 1; i <= times; ++i) {
    if (interrupted_ && interrupted_()) return refuse("interrupted");
    const auto round = static_cast<std::uint32_t>(one.took_ms.size()) + i;
    const ClientCall call = call_of(step_, one.node, level, round);
    const ClientAnswer answer = world_.clients({call}, {}).front();
    const ClientStep said{call.arguments, call.node, {}, {}, {}};
    if (const auto wrong = what_is_wrong({}, answer); !wrong.empty())
      return refuse(describe(said) + ": " + wrong.front());
  }
  return note_times(one, before->size(), times);
}

// Takes them from the history: there kin itself says when it asked and when it was answered.
bool Measuring::note_times(Measurement& one, std::size_t before, std::uint32_t times) {
  const auto operations = operations_of(world_);
  if (!operations) return refuse(operations.error());
  if (operations->size() != before + times)
    return refuse("the history has " + std::to_string(operations->size() - before) + " operations for " +
                  std::to_string(times) +
                  " calls: measure takes commands that are one operation, such as read and add_update");
  for (std::size_t i = before; i < operations->size(); ++i) {
    const check::Operation& operation = (*operations)[i];
    if (!operation.end_ns) return refuse("the history does not say when an operation at " + one.node + " ended");
    one.took_ms.push_back(static_cast<double>(*operation.end_ns - operation.start_ns) / 1e6);
  }
  std::sort(one.took_ms.begin(), one.took_ms.end());
  return true;
}

}  // namespace

Measured measure(World& world, const MeasureStep& step, const Places* places,
                 const std::function<bool()>& interrupted) {
  Measuring measuring(world, step, places, interrupted);
  for (const std::string& node : step.nodes)
    for (const std::string& level : step.levels)
      if (!measuring.measure(node, level)) return measuring.take();
  return measuring.take();
}

std::vector<std::string> table(const MeasureStep& step, const std::vector<Measurement>& measurements) {
  constexpr std::size_t name_width = 16, number_width = 8;
  std::string levels = flush_left("ms", name_width);
  std::string head(name_width, ' ');
  for (const std::string& level : step.levels) {
    levels += flush_right(std::string(1, step.of) + '=' + level, 3 * number_width);
    head += flush_right("min", number_width) + flush_right("median", number_width) + flush_right("max", number_width);
  }
  std::vector<std::string> lines{levels, head};
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    const Measurement& one = measurements[i];
    if (i % step.levels.size() == 0) lines.push_back(flush_left(one.node + ' ' + one.place, name_width));
    for (const double number : {one.least(), one.median(), one.most()})
      lines.back() += flush_right(ms(number), number_width);
  }
  for (const Measurement& one : measurements)
    if (one.took_ms.size() > step.times)
      lines.push_back(one.node + ' ' + one.place + ", " + one.level + ": " + std::to_string(one.took_ms.size()) +
                      " times, since the first were late; this machine has other work");
  return lines;
}

}  // namespace kin::driver
