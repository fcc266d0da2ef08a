// Writing bundles: documents for a colleague without a connection, and what waits in this home's
// outbox. Spec: docs/spec/bundle.md.
//
// Thread safety: as the Workplace's.

#ifndef AMPARO_CLIENT_BUNDLE_EXPORT_H_
#define AMPARO_CLIENT_BUNDLE_EXPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/workplace.h"

namespace amparo::client {

// Asks the server for what is not here: sealed objects and payloads. FAILED_PRECONDITION, reason
// HOME_IS_LIGHT: this home has not the leaves. NOT_FOUND: a document is not for the member to see.
// ALREADY_EXISTS: the file is there. RESOURCE_EXHAUSTED, reason BUNDLE_TOO_LARGE: more than the
// member's home keeps.
absl::StatusOr<BundleWritten> ExportDocuments(Workplace& place, const DocumentsToCarry& wanted,
                                              const std::string& path,
                                              const ProgressListener& progress);

// Signs anew what the log has passed by; marks what it wrote as sent. Asks nobody. An act that
// cannot go stays behind, with the reason noted beside it; if none can, the first one's is the
// error. NOT_FOUND: nothing waits.
absl::StatusOr<BundleWritten> ExportActs(Workplace& place, const std::string& path);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_BUNDLE_EXPORT_H_
