#include "tests/custody/vector_cases.h"

#include "statement/text_armor.h"
#include "tests/custody/custody_log.h"

namespace amparo::testing {
namespace {

constexpr absl::string_view kReceiptHeader = "amparo-receipt-v1";
constexpr absl::string_view kEvidenceHeader = "amparo-evidence-v1";

}  // namespace

std::string Changed(custody::Receipt receipt, const Change& change) {
  change(receipt);
  return custody::FormatReceipt(receipt);
}

Bytes DecodedOf(absl::string_view text) {
  const bool is_receipt = custody::FileKindOf(text) == custody::FileKind::kReceipt;
  return *ParseArmor(is_receipt ? kReceiptHeader : kEvidenceHeader, text, custody::kFileBytesMax);
}

std::string ReceiptTextOf(ByteView bytes) { return FormatArmor(kReceiptHeader, bytes); }
std::string EvidenceTextOf(ByteView bytes) { return FormatArmor(kEvidenceHeader, bytes); }

std::map<std::string, Bytes> ComparedFiles() {
  const CustodyLog log = CustodyLog::WholeStory();
  std::map<std::string, Bytes> files;
  files["source-1.txt"] = log.parts()[0].plaintext;
  files["source-2.txt"] = log.parts()[1].plaintext;
  files["translation.txt"] = log.parts()[2].plaintext;
  Bytes altered = log.parts()[0].plaintext;
  altered[5] ^= 1;
  files["altered.txt"] = altered;
  Bytes padded = log.parts()[0].plaintext;
  padded.push_back(0);  // Padding is zeros: the same bytes are sealed.
  files["one-zero-more.txt"] = padded;
  files["empty.txt"] = {};
  return files;
}

VectorCases AllVectorCases() {
  VectorCases cases;
  AddValidCases(cases);
  AddTextCases(cases);
  AddProofCases(cases);
  AddHistoryCases(cases);
  AddEvidenceCases(cases);
  return cases;
}

}  // namespace amparo::testing
