// What this home opened and what it handed in: an approval needs the first, and a wrong file
// is recognised by the second. Sealed logs of the home, hashes only.
// Spec: docs/spec/home.md, "Opened".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_OPENED_RECORD_H_
#define AMPARO_CLIENT_OPENED_RECORD_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/workplace.h"

namespace amparo::client {

// `version` is the statement that handed the objects over.
absl::Status RecordOpened(Workplace& place, const Hash& version);
absl::StatusOr<bool> WasOpened(const Workplace& place, const Hash& version);

struct HandedInFile {
  SubjectId document;
  Hash sha256;  // Of the plaintext.
};
absl::Status RecordHandedIn(Workplace& place, const HandedInFile& file);
absl::StatusOr<std::vector<HandedInFile>> HandedInFiles(const Workplace& place);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_OPENED_RECORD_H_
