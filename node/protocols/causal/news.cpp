#include "node/protocols/causal/news.hpp"

#include "node/protocols/causal/records.hpp"

namespace kin::causal {
namespace {

// n1.1:2-5,n2.1:1
std::string print_dots(const DotSet& dots) {
  std::string out;
  for (const auto& [actor, counters] : dots.actors()) {
    for (const CounterSet::Run& run : counters.runs()) {
      if (!out.empty()) out += ',';
      out += to_string(Dot{actor, run.first});
      if (run.last > run.first) out.append("-").append(std::to_string(run.last));
    }
  }
  return out;
}

const char* word(const News::Conflict& conflict) {
  if (conflict.before <= 1) return "conflict-begin";
  return conflict.now <= 1 ? "conflict-end" : "conflict-change";
}

}  // namespace

void News::note_conflict(const std::string& key, std::size_t before, const Siblings& now) {
  const std::size_t shown_now = count_shown(now);
  if (before == shown_now || (before <= 1 && shown_now <= 1)) return;
  Conflict conflict{key, before, shown_now, {}};
  for (const auto* one : shown(now)) conflict.dots.push_back(one->first);
  conflicts.push_back(std::move(conflict));
}

std::vector<TraceEvent> trace_events(const News& news) {
  std::vector<TraceEvent> out;
  if (!news.learnt.empty()) out.push_back({"learn", {{"dots", print_dots(news.learnt)}}});
  for (const News::Conflict& conflict : news.conflicts) {
    DotSet dots;
    for (const Dot& dot : conflict.dots) dots.add(dot);
    out.push_back({word(conflict),
                   {{"bucket", std::string(records::bucket_of(conflict.key))},
                    {"key", std::string(records::user_key_of(conflict.key))},
                    {"siblings", std::to_string(conflict.now)},
                    {"dots", print_dots(dots)}}});
  }
  return out;
}

}  // namespace kin::causal
