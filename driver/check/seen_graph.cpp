#include "driver/check/seen_graph.hpp"

#include <algorithm>

namespace kin::check {

namespace {

void sort_unique(std::vector<std::size_t>& positions) {
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
}

}  // namespace

SeenGraph::SeenGraph(const CausalHistory& history) : seen_(history.operations.size()) {
  const auto& operations = history.operations;
  for (std::size_t i = 0; i < operations.size(); ++i)
    if (operations[i].op == Op::put) writer_.emplace(std::pair(operations[i].key, operations[i].value), i);

  // The context of a delete names no value that a chain could go through, so what the delete had seen is handed on.
  // Deletes whose contexts name deletes make chains of their own; they are followed to their end.
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (!operations[i].writes()) continue;
    auto add_values = [&](const std::vector<std::string>& values) {
      for (const std::string& value : values)
        if (auto put = writer(operations[i].key, value)) seen_[i].push_back(*put);
    };
    std::size_t from = i;
    for (std::size_t hops = 0; hops <= operations.size(); ++hops) {
      if (operations[from].replaced) add_values(*operations[from].replaced);
      if (!operations[from].seen) break;
      from = *operations[from].seen;
      if (operations[from].op == Op::put) seen_[i].push_back(from);
      if (!operations[from].writes()) add_values(operations[from].values);
      if (operations[from].op != Op::remove) break;
    }
    sort_unique(seen_[i]);
  }
}

std::optional<std::size_t> SeenGraph::writer(const std::string& key, const std::string& value) const {
  auto found = writer_.find(std::pair(key, value));
  if (found == writer_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::vector<std::size_t>> SeenGraph::cycles() const {
  enum class Mark { fresh, on_the_way, done };
  std::vector<Mark> marks(seen_.size(), Mark::fresh);
  std::vector<std::vector<std::size_t>> out;
  struct Stop {
    std::size_t write;
    std::size_t next;  // index into its seen_
  };
  for (std::size_t root = 0; root < seen_.size(); ++root) {
    if (marks[root] != Mark::fresh) continue;
    std::vector<Stop> way{{root, 0}};
    marks[root] = Mark::on_the_way;
    while (!way.empty()) {
      Stop& at = way.back();
      if (at.next == seen_[at.write].size()) {
        marks[at.write] = Mark::done;
        way.pop_back();
        continue;
      }
      const std::size_t put = seen_[at.write][at.next++];
      if (marks[put] == Mark::fresh) {
        marks[put] = Mark::on_the_way;
        way.push_back({put, 0});
      } else if (marks[put] == Mark::on_the_way) {
        auto first = std::find_if(way.begin(), way.end(), [&](const Stop& stop) { return stop.write == put; });
        std::vector<std::size_t> round;
        for (auto stop = first; stop != way.end(); ++stop) round.push_back(stop->write);
        out.push_back(std::move(round));
      }
    }
  }
  return out;
}

}  // namespace kin::check
