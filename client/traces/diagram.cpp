#include "client/traces/diagram.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "client/traces/causal_order.hpp"
#include "client/traces/trace_fields.hpp"

namespace kin {
namespace {

using Fields = std::map<std::string, std::string>;

std::string node_of(const std::string& host) { return host.substr(0, host.rfind('.')); }

// Goes through the lines in causal order and keeps what spans and messages need to know of the ones before.
class Drawing {
 public:
  Drawing(const Traces& traces, std::vector<OutsideEvent> outside) : traces_(traces), outside_(std::move(outside)) {
    std::set<std::string> nodes;
    for (const TraceLine& line : traces.lines) nodes.insert(node_of(line.host));
    // Of a node that wrote no line there is no line to draw on.
    std::erase_if(outside_, [&](const OutsideEvent& one) { return !nodes.contains(one.node); });
    std::stable_sort(outside_.begin(), outside_.end(),
                     [](const auto& a, const auto& b) { return a.time_us < b.time_us; });
    out_.nodes.assign(nodes.begin(), nodes.end());
    for (std::size_t i = 0; i < out_.nodes.size(); ++i) states_[out_.nodes[i]].node = i;
  }

  Diagram draw() {
    auto next = outside_.begin();
    for (const std::size_t i : causal_order(traces_.lines).lines) {
      const std::uint64_t time = trace_time_us(traces_.lines[i].time);
      for (; next != outside_.end() && next->time_us < time; ++next) add(*next);
      add(traces_.lines[i], time);
    }
    for (; next != outside_.end(); ++next) add(*next);
    return std::move(out_);
  }

 private:
  struct NodeState {
    std::size_t node = 0;
    std::string host;                                                      // of its last line
    std::optional<std::size_t> last;                                       // its last event
    std::map<std::string, std::size_t> open;                               // spans, by what ends them
    std::map<std::pair<std::string, std::string>, std::size_t> conflicts;  // open spans, by bucket and key
  };
  struct HostState {
    std::optional<std::size_t> receive;           // the last one
    std::vector<std::size_t> written;             // since the last push
    bool pushed = false;                          // `written` has left; more pushes of the turn may follow
    std::map<std::uint64_t, std::size_t> sends;   // the host's line to the message
    std::map<std::uint64_t, std::size_t> writes;  // counter of the dot to the event
  };

  std::size_t begin_span(NodeState& node, std::size_t from, const char* kind, std::string label) {
    out_.spans.push_back({node.node, from, std::nullopt, kind, std::move(label), {}, {}, {}});
    return out_.spans.size() - 1;
  }
  void end_span(NodeState& node, const std::string& slot, std::size_t at) {
    const auto found = node.open.find(slot);
    if (found == node.open.end()) return;
    out_.spans[found->second].to = at;
    node.open.erase(found);
  }
  // What a process knew of faults ends with it.
  void end_process(NodeState& node, std::size_t at) {
    for (const auto& [slot, span] : node.open) out_.spans[span].to = at;
    node.open.clear();
  }

  void add(const OutsideEvent& outside) {
    NodeState& node = states_.at(outside.node);
    const std::size_t at = out_.events.size();
    Diagram::Event event;
    event.node = node.node;
    event.time_us = outside.time_us;
    switch (outside.kind) {
      case OutsideEvent::Kind::killed:
        event.kind = "killed";
        end_process(node, at);
        node.open["down"] = begin_span(node, at, "down", "killed");
        break;
      case OutsideEvent::Kind::paused:
        event.kind = "paused";
        node.open["paused"] = begin_span(node, at, "fault", "paused");
        break;
      case OutsideEvent::Kind::resumed:
        event.kind = "resumed";
        end_span(node, "paused", at);
        break;
    }
    out_.events.push_back(std::move(event));
    node.last = at;
  }

  void add(const TraceLine& line, std::uint64_t time_us) {
    HostState& host = hosts_[line.host];
    Fields fields = parse_trace_fields(line.fields);
    if (line.event == "learn") return learn(host, fields["dots"]);
    NodeState& node = states_.at(node_of(line.host));
    const std::size_t at = out_.events.size();
    Diagram::Event event;
    event.node = node.node;
    event.host = line.host;
    event.number = line.clock.at(line.host);
    event.time_us = time_us;
    event.kind = line.event;
    if (line.event != "send" && host.pushed) host.written.clear();
    if (line.event != "send") host.pushed = false;

    if (line.event == "add_update" || line.event == "delete") {
      write(host, fields, at, event);
    } else if (line.event == "send") {
      send(host, fields, at, event);
    } else if (line.event == "receive") {
      host.receive = at;
      receive(fields, at);
    } else if (line.event.starts_with("conflict-")) {
      conflict(node, fields, at, event);
    } else {
      event.text = line.fields;
      if (line.event == "fault") fault(node, fields, at);
      if (line.event == "start") start(node, at);
    }
    node.host = line.host;
    node.last = at;
    out_.events.push_back(std::move(event));
  }

  void start(NodeState& node, std::size_t at) {
    // Of a process that ended there may be no word: it is down from its last line on.
    if (!node.open.contains("down") && node.last) {
      end_process(node, *node.last);
      node.open["down"] = begin_span(node, *node.last, "down", "down");
    }
    end_span(node, "down", at);
  }

  void write(HostState& host, Fields& fields, std::size_t at, Diagram::Event& event) {
    name_key(fields, event);
    event.value = fields["value"];
    event.dot = fields["dot"];
    event.clock = event.kind == "delete" ? "" : fields["clock"];
    event.siblings = fields["siblings"];
    host.written.push_back(at);
    for (const DotRun& dot : parse_dot_runs(event.dot)) hosts_[dot.host].writes[dot.first] = at;
  }

  void learn(HostState& host, const std::string& dots) {
    if (!host.receive) return;
    std::vector<std::size_t>& learnt = out_.events[*host.receive].learnt;
    for (const DotRun& run : parse_dot_runs(dots)) {
      for (const std::size_t write : writes_of(run)) learnt.push_back(write);
    }
  }

  // Those that the traces hold. A run names any number of dots.
  std::vector<std::size_t> writes_of(const DotRun& run) {
    std::vector<std::size_t> out;
    const auto& writes = hosts_[run.host].writes;
    for (auto it = writes.lower_bound(run.first); it != writes.end() && it->first <= run.last; ++it) {
      out.push_back(it->second);
    }
    return out;
  }

  void send(HostState& host, Fields& fields, std::size_t at, const Diagram::Event& event) {
    const auto to = states_.find(fields["to"]);
    if (to == states_.end()) return;  // no trace of that node is here: there is no line to draw to
    Diagram::Message message;
    message.sent = at;
    message.to = to->second.node;
    message.what = fields["what"];
    message.bytes = trace_number(fields["bytes"]);
    if (message.what == "push") {
      message.about = host.written;
      host.pushed = true;
    }
    host.sends[event.number] = out_.messages.size();
    out_.messages.push_back(std::move(message));
  }

  void receive(Fields& fields, std::size_t at) {
    const auto from = hosts_.find(fields["from"]);
    if (from == hosts_.end()) return;
    const auto sent = from->second.sends.find(trace_number(fields["sent"]));
    if (sent != from->second.sends.end()) out_.messages[sent->second].received = at;
  }

  void conflict(NodeState& node, Fields& fields, std::size_t at, Diagram::Event& event) {
    name_key(fields, event);
    event.siblings = fields["siblings"];
    event.dot = fields["dots"];
    const auto key = std::pair(*event.bucket, *event.key);
    const auto open = node.conflicts.find(key);
    const bool ends = event.kind == "conflict-end";
    const bool begins_again = event.kind == "conflict-begin" && open != node.conflicts.end();  // its disk was lost
    if (open != node.conflicts.end() && (ends || begins_again)) {
      out_.spans[open->second].to = at;
      node.conflicts.erase(open);
    }
    if (ends) return;
    const auto [span, fresh] = node.conflicts.try_emplace(key, out_.spans.size());
    if (fresh) {
      begin_span(node, at, "conflict", "conflict");
      out_.spans.back().bucket = event.bucket;
      out_.spans.back().key = event.key;
    }
    std::vector<std::string>& dots = out_.spans[span->second].dots;
    for (const DotRun& run : parse_dot_runs(event.dot)) {
      for (const std::size_t write : writes_of(run)) {
        const std::string& dot = out_.events[write].dot;
        if (std::find(dots.begin(), dots.end(), dot) == dots.end()) dots.push_back(dot);
      }
    }
  }

  void fault(NodeState& node, Fields& fields, std::size_t at) {
    const std::string& action = fields["action"];
    const auto begin = [&](const char* slot, const char* label) {
      if (!node.open.contains(slot)) node.open[slot] = begin_span(node, at, "fault", label);
    };
    if (action == "offline") {
      begin("offline", "offline");
    } else if (action == "isolate") {
      begin("isolated", "isolated from its peers");
    } else if (action == "hold-gossip") {
      begin("held", "gossip held");
    } else if (action == "release-gossip") {
      end_span(node, "held", at);
    } else if (action == "online") {
      for (const char* slot : {"offline", "isolated", "held"}) end_span(node, slot, at);
    } else if (action == "clear") {
      end_process(node, at);
    } else if (action == "link") {
      const std::string slot = "link " + fields["peer"];
      end_span(node, slot, at);
      const std::string &drop = fields["drop"], &delay = fields["delay_ms"];
      std::string label = "to " + fields["peer"] + ':';
      if (trace_number(drop) > 0) label += ' ' + drop + "% lost";
      if (trace_number(delay) > 0) label += ' ' + delay + " ms late";
      if (!label.ends_with(':')) node.open[slot] = begin_span(node, at, "fault", label);
    }
  }

  static void name_key(Fields& fields, Diagram::Event& event) {
    event.bucket = fields["bucket"];
    event.key = fields["key"];
  }

  const Traces& traces_;
  std::vector<OutsideEvent> outside_;
  std::map<std::string, NodeState> states_;
  std::map<std::string, HostState> hosts_;
  Diagram out_;
};

// Keeps the events for which `keep` is true; messages and spans must refer to kept ones only.
Diagram only(const Diagram& all, const std::vector<bool>& keep, std::vector<Diagram::Message> messages,
             std::vector<Diagram::Span> spans) {
  std::vector<std::size_t> now(all.events.size(), 0);
  Diagram out;
  out.nodes = all.nodes;
  out.left_out = all.left_out;
  for (std::size_t i = 0; i < all.events.size(); ++i) {
    if (!keep[i]) continue;
    now[i] = out.events.size();
    out.events.push_back(all.events[i]);
  }
  const auto rename = [&](std::vector<std::size_t>& events) {
    std::erase_if(events, [&](std::size_t i) { return !keep[i]; });
    for (std::size_t& i : events) i = now[i];
  };
  for (Diagram::Event& event : out.events) rename(event.learnt);
  for (Diagram::Message& message : messages) {
    message.sent = now[message.sent];
    if (message.received) message.received = now[*message.received];
    rename(message.about);
  }
  for (Diagram::Span& span : spans) {
    span.from = now[span.from];
    if (span.to) span.to = now[*span.to];
  }
  out.messages = std::move(messages);
  out.spans = std::move(spans);
  return out;
}

bool is_quiet(const Diagram& diagram, const Diagram::Message& message) {
  return message.received ? diagram.events[*message.received].learnt.empty() : message.about.empty();
}

}  // namespace

bool is_write(const Diagram::Event& event) { return event.kind == "add_update" || event.kind == "delete"; }

Diagram diagram_of(const Traces& traces, const std::vector<OutsideEvent>& outside) {
  return Drawing(traces, outside).draw();
}

tl::expected<Diagram, std::string> about_key(const Diagram& all, const std::optional<std::string>& bucket,
                                             const std::string& key) {
  const auto is_it = [&](const auto& named) { return named.key == key && (!bucket || named.bucket == bucket); };
  const auto any_of_it = [&](const std::vector<std::size_t>& writes) {
    return std::any_of(writes.begin(), writes.end(), [&](std::size_t i) { return is_it(all.events[i]); });
  };
  std::vector<bool> keep(all.events.size());
  bool found = false;
  for (std::size_t i = 0; i < all.events.size(); ++i) {
    const Diagram::Event& event = all.events[i];
    const bool traffic = event.kind == "send" || event.kind == "receive";
    keep[i] = event.key ? is_it(event) : !traffic && !event.kind.starts_with("token");
    found = found || is_it(event);
  }
  if (!found) return tl::unexpected(std::string("these traces say nothing about such a key"));
  std::vector<Diagram::Message> messages;
  for (const Diagram::Message& message : all.messages) {
    if (!any_of_it(message.received ? all.events[*message.received].learnt : message.about)) continue;
    keep[message.sent] = true;
    if (message.received) keep[*message.received] = true;
    messages.push_back(message);
  }
  std::vector<Diagram::Span> spans;
  for (const Diagram::Span& span : all.spans) {
    if (span.key && !is_it(span)) continue;
    keep[span.from] = true;
    if (span.to) keep[*span.to] = true;
    spans.push_back(span);
  }
  return only(all, keep, std::move(messages), std::move(spans));
}

void leave_out_quiet(Diagram& diagram, std::size_t most) {
  if (diagram.events.size() <= most) return;
  std::vector<bool> keep(diagram.events.size(), true);
  for (std::size_t i = 0; i < keep.size(); ++i) {
    const std::string& kind = diagram.events[i].kind;
    keep[i] = kind != "send" && kind != "receive";
  }
  std::vector<Diagram::Message> messages;
  std::size_t left_out = diagram.left_out;
  for (const Diagram::Message& message : diagram.messages) {
    if (is_quiet(diagram, message)) {
      ++left_out;
      continue;
    }
    keep[message.sent] = true;
    if (message.received) keep[*message.received] = true;
    messages.push_back(message);
  }
  for (const Diagram::Span& span : diagram.spans) {
    keep[span.from] = true;
    if (span.to) keep[*span.to] = true;
  }
  diagram = only(diagram, keep, std::move(messages), diagram.spans);
  diagram.left_out = left_out;
}

}  // namespace kin
