// The cluster for people: tables. Text ends with a newline.
#pragma once

#include <string>

#include "client/cluster_survey.hpp"
#include "client/render/text.hpp"

namespace kin::text {

std::string cluster_status(const ClusterSurvey& survey, const Style& style);
std::string cluster_lag(const ClusterSurvey& survey, const Style& style);

}  // namespace kin::text
