// What kin prints with -o json: one object on one line, keys in a fixed order (docs/operations.md). Keys and values
// that are not UTF-8 appear as {"base64": "..."}. All functions end the line with a newline.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/cluster_survey.hpp"
#include "client/traces/trace_file.hpp"
#include "common/causality/version_vector.hpp"
#include "common/wire/context_token.hpp"
#include "common/wire/replies.hpp"
#include "common/wire/status.hpp"

namespace kin::json {

// Status OK, CONFLICT, or NOT_FOUND with what a failure prints as well.
std::string read(const std::string& bucket, const std::string& key, const wire::ReadReply& reply);
// Of add_update and delete. Status OK or PARTIAL, the latter with what a failure prints as well.
// `value`: what resolve made of all.
std::string write(const std::string& bucket, const std::string& key, const wire::WriteReply& reply,
                  const std::optional<std::string>& value = {});
// What a write would replace and with what: status OK, applied no.
std::string resolution(const std::string& bucket, const std::string& key, const std::string& value,
                       const wire::ReadReply& reply);
std::string conflicts(const std::vector<wire::ConflictRow>& rows);
std::string keys(const std::string& bucket, const std::vector<std::string>& keys);
std::string failure(const Failure& failure);

std::string relation(Relation relation);
std::string context(const wire::ContextToken& token);

std::string trace_line(const TraceLine& line);
// What a page with a diagram shows: {"file","nodes","events","messages","writes","conflicts","left_out"}
struct TimelineCounts {
  std::size_t nodes = 0, events = 0, messages = 0, writes = 0, conflicts = 0, left_out = 0;
};
std::string timeline(const std::string& file, const TimelineCounts& counts);

std::string cluster_status(const ClusterSurvey& survey);
std::string cluster_lag(const ClusterSurvey& survey);
std::string cluster_converged(const ClusterSurvey& survey);
// What was asked of several nodes at once.
std::string done(const std::vector<std::string>& nodes, const std::vector<std::string>& silent,
                 const std::string& message);

}  // namespace kin::json
