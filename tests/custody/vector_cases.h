// The cases of tests/vectors/receipt: files good and bad, and what must come of each, said by
// hand here and in full by the judge in the index.

#ifndef AMPARO_TESTS_CUSTODY_VECTOR_CASES_H_
#define AMPARO_TESTS_CUSTODY_VECTOR_CASES_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "custody/judge.h"
#include "custody/receipt.h"

namespace amparo::testing {

struct VectorCase {
  std::string name;     // Words with hyphens.
  std::string comment;  // What it is, or what its one fault is.
  std::string text;
  custody::Verdict verdict = custody::Verdict::kValid;
  std::optional<custody::Reason> reason = {};
  std::optional<std::uint64_t> position = {};
  std::vector<std::string> partners = {};  // Verifier keys.
  std::vector<std::string> files = {};     // Names in ComparedFiles().
};
using VectorCases = std::vector<VectorCase>;

// What the vectors lay beside receipts: name and bytes.
std::map<std::string, Bytes> ComparedFiles();

// By chapter; together in this order they are the index.
void AddTextCases(VectorCases& cases);      // text_cases.cc
void AddProofCases(VectorCases& cases);     // proof_cases.cc
void AddHistoryCases(VectorCases& cases);   // history_cases.cc
void AddValidCases(VectorCases& cases);     // valid_cases.cc
void AddEvidenceCases(VectorCases& cases);  // evidence_cases.cc
VectorCases AllVectorCases();

// For the chapters.
using Change = std::function<void(custody::Receipt&)>;
std::string Changed(custody::Receipt receipt, const Change& change);
// The canonical bytes of a receipt's or evidence's text, and the text of such bytes.
Bytes DecodedOf(absl::string_view text);
std::string ReceiptTextOf(ByteView bytes);
std::string EvidenceTextOf(ByteView bytes);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CUSTODY_VECTOR_CASES_H_
