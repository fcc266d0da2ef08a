// Adds cases of evidence. For the chapters of tests/custody/vector_cases.h.

#ifndef AMPARO_TESTS_CUSTODY_EVIDENCE_CASES_H_
#define AMPARO_TESTS_CUSTODY_EVIDENCE_CASES_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/custody/custody_log.h"
#include "tests/custody/vector_cases.h"

namespace amparo::testing {

class EvidenceCases {
 public:
  explicit EvidenceCases(VectorCases& cases) : cases_(cases) {}
  void Add(std::string name, std::string comment, const CustodyLog& log,
           decltype(custody::Evidence::what) what, custody::Verdict verdict,
           std::optional<custody::Reason> reason = {}, std::optional<std::uint64_t> position = {}) {
    Add(std::move(name), std::move(comment), Of(log, std::move(what)), verdict, reason, position);
  }
  void Add(std::string name, std::string comment, const custody::Evidence& evidence,
           custody::Verdict verdict, std::optional<custody::Reason> reason = {},
           std::optional<std::uint64_t> position = {}) {
    Text(std::move(name), std::move(comment), custody::FormatEvidence(evidence), verdict, reason,
         position);
  }
  void Text(std::string name, std::string comment, std::string text, custody::Verdict verdict,
            std::optional<custody::Reason> reason = {},
            std::optional<std::uint64_t> position = {}) {
    cases_.push_back({.name = absl::StrCat("evidence-", name),
                      .comment = std::move(comment),
                      .text = std::move(text),
                      .verdict = verdict,
                      .reason = reason,
                      .position = position});
  }
  static custody::Evidence Of(const CustodyLog& log, decltype(custody::Evidence::what) what) {
    return {.org = log.org(),
            .policies = log.Policies(),
            .noticed_at = {log.now().value + 77},
            .what = std::move(what)};
  }

 private:
  VectorCases& cases_;
};

void AddHistoryEvidence(EvidenceCases& cases);  // evidence_history_cases.cc

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CUSTODY_EVIDENCE_CASES_H_
