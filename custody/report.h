// A judgement as JSON, the same from every implementation: what `amparo verify --json` prints
// and what the vectors expect. Spec: docs/spec/receipt.md, "What a verifier prints".
//
// Thread safety: values; pure functions.

#ifndef AMPARO_CUSTODY_REPORT_H_
#define AMPARO_CUSTODY_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "custody/judge.h"
#include "custody/receipt.h"

namespace amparo::custody {

// A file that was laid beside a receipt.
struct ComparedFile {
  Hash sha256;
  std::optional<ObjectId> object;  // Nothing: it is not in this receipt.
};

// One document, indented, its last newline included.
std::string FormatReport(FileKind kind, const Judgement& judgement,
                         const std::vector<ComparedFile>& files);

// "VALID" and all that a file shows: 0. An invalid one, one that shows nothing, or a compared
// file that matched nothing: 7. One that a newer program made: 3.
int ExitCodeOf(const Judgement& judgement, const std::vector<ComparedFile>& files);

}  // namespace amparo::custody

#endif  // AMPARO_CUSTODY_REPORT_H_
