#include "node/protocols/causal/packed_answers.hpp"

#include "common/assert.hpp"
#include "node/protocols/causal/conflict_rule.hpp"
#include "node/protocols/causal/provenance.hpp"
#include "node/protocols/causal/records.hpp"

namespace kin::causal {
namespace {

constexpr std::size_t fields_of_a_read_reply = 7;
constexpr std::size_t fields_of_a_write_reply = 10;

// A wire::ShownSibling.
struct ShownAsKept {
  const Dot& dot;
  const Sibling& s;

  template <class V>
  void fields(V& v) {
    v.template with_added<6>(s.value, s.clock, dot, s.client, s.written_us, s.operation, s.content_type, s.meta);
  }
};

void begin(std::string& out, std::size_t fields, const NodeId& node, const std::vector<NodeId>& order) {
  wire::Packer packer(out);
  packer.array(fields);
  packer.put(node);
  packer.put(order);
}

}  // namespace

wire::ContextToken token_of(std::string_view key, DotSet dots, EntryClock clock) {
  const std::string_view bucket = records::bucket_of(key);
  return {std::string(bucket), wire::key_hash(bucket, records::user_key_of(key)), std::move(dots), std::move(clock)};
}

void begin_read_answer(std::string& out, const NodeId& node, const std::vector<NodeId>& order) {
  begin(out, fields_of_a_read_reply, node, order);
}

void end_read_answer(std::string& out, const EntryClock& clock, std::string_view context) {
  constexpr std::uint32_t alone = 1;
  wire::append_packed(out, clock, context, alone, alone);
}

std::string pack_written(const Dot& dot, const EntryClock& clock, std::string_view context,
                         const std::vector<wire::Replaced>& replaced) {
  std::string out;
  out.reserve(wire::usual_bytes + context.size());
  wire::append_packed(out, dot, clock, context, replaced);
  return out;
}

Dot dot_of_written(std::string_view written) {
  std::size_t offset = 0;
  const auto dot = wire::decode_at<Dot>(written, offset);
  KIN_REQUIRE(dot, "an answer that was kept: " + dot.error().what);
  return *dot;
}

void begin_write_answer(std::string& out, const NodeId& node, const std::vector<NodeId>& order) {
  begin(out, fields_of_a_write_reply, node, order);
}

std::size_t pack_shown(std::string& out, OnConflict rule, const Siblings& siblings) {
  wire::Packer packer(out);
  if (rule != OnConflict::siblings && siblings.size() > 1) {
    const std::vector<wire::ShownSibling> values = by_rule(rule, to_shown(siblings));
    packer.put(values);
    return values.size();
  }
  const std::vector<const Siblings::value_type*> values = shown(siblings);
  packer.array(values.size());
  for (const Siblings::value_type* value : values) packer.put(ShownAsKept{value->first, value->second});
  return values.size();
}

void end_write_answer(std::string& out, std::uint32_t got, std::uint32_t wanted, std::string_view warning) {
  wire::append_packed(out, got, wanted, warning);
}

}  // namespace kin::causal
