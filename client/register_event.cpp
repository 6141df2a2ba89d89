#include "client/register_event.hpp"

#include "client/history_file.hpp"
#include "client/json_bytes.hpp"

namespace kin {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* created = "created";

std::string text_of(const std::string& name, std::uint64_t low, std::uint64_t mid, std::uint64_t high) {
  return name + ' ' + std::to_string(low) + ' ' + std::to_string(mid) + ' ' + std::to_string(high);
}

std::string held(const std::optional<wire::TokenValue>& value) {
  return value ? text_of(value->name, value->low, value->mid, value->high) : created;
}

const char* word(RegisterEvent::Op op) {
  switch (op) {
    case RegisterEvent::Op::read: return "read";
    case RegisterEvent::Op::write: return "write";
    case RegisterEvent::Op::cas: return "cas";
  }
  return "read";
}

}  // namespace

RegisterEvent event_of(const wire::TokenCreate& request) {
  RegisterEvent event;
  event.op = RegisterEvent::Op::cas;
  event.key = request.id;
  event.value = created;
  event.if_absent = request.if_absent;
  return event;
}

RegisterEvent event_of(const wire::TokenWrite& request) {
  RegisterEvent event;
  event.op = RegisterEvent::Op::write;
  event.key = request.id;
  event.value = text_of(request.name, request.low, request.mid, request.high);
  return event;
}

RegisterEvent event_of(const wire::TokenRead& request) {
  RegisterEvent event;
  event.key = request.id;
  return event;
}

RegisterEvent event_of(const wire::TokenDrop& request) {
  RegisterEvent event;
  event.op = RegisterEvent::Op::write;
  event.key = request.id;
  return event;
}

void record(RegisterEvent& event, const wire::TokenReply& reply, std::uint64_t end_ns) {
  event.node = reply.node;
  event.end_ns = end_ns;
  event.applied = Applied::yes;
  if (event.op == RegisterEvent::Op::read) event.value = held(reply.value);
  if (!event.if_absent || reply.created == true) return;
  if (reply.value || reply.created) {  // it was there, with this value
    event.op = RegisterEvent::Op::read;
    event.value = held(reply.value);
  } else {
    event.applied = Applied::unknown;  // an older node does not tell
  }
}

void record(RegisterEvent& event, const Failure& failure, std::uint64_t end_ns) {
  event.node = failure.node;
  event.applied = failure.applied;
  // What the client itself says of a request that was sent means that no reply came.
  if (!failure.node.empty() || failure.applied == Applied::no) event.end_ns = end_ns;
  if (failure.node.empty()) return;
  // Both are answers of the register.
  if (event.op == RegisterEvent::Op::read && failure.status == Status::not_found && failure.wanted != 0) {
    event.value.reset();
    event.applied = Applied::yes;
  }
  if (event.op == RegisterEvent::Op::cas && failure.status == Status::already_exists) {
    event.swapped = false;
    event.applied = Applied::yes;
  }
}

std::string history_line(const RegisterEvent& event) {
  const Json value = event.value ? bytes_to_json(*event.value) : Json(nullptr);
  Json line{{"client", event.client}, {"op", word(event.op)}, {"key", bytes_to_json(event.key)}};
  if (event.op == RegisterEvent::Op::cas) {
    line["value"] = Json::array({nullptr, value});
    if (event.applied == Applied::yes) line["swapped"] = event.swapped;
  } else {
    line["value"] = value;
  }
  line["start_ns"] = event.start_ns;
  line["end_ns"] = event.end_ns ? Json(*event.end_ns) : Json(nullptr);
  line["outcome"] = outcome_word(event.applied);
  line["node"] = event.node.empty() ? Json(nullptr) : Json(event.node);
  return json_line(line) + '\n';
}

}  // namespace kin
