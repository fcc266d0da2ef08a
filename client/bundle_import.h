// Taking bundles in: documents for this member, somebody's acts to be sent on, receipts of this
// home's own. Spec: docs/spec/bundle.md.
//
// Thread safety: as the Workplace's.

#ifndef AMPARO_CLIENT_BUNDLE_IMPORT_H_
#define AMPARO_CLIENT_BUNDLE_IMPORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/bundle_file.h"
#include "client/client.h"
#include "client/workplace.h"

namespace amparo::client {

// By the file's kind. FAILED_PRECONDITION, reason WRONG_ORGANIZATION: of another one.
// INVALID_ARGUMENT: `receipts` where there are no acts. Else those of the functions below and of
// BundleReader::Open.
absl::StatusOr<BundleTaken> ImportBundle(Workplace& place, const std::string& path,
                                         const std::string& receipts,
                                         const ProgressListener& progress);

// Asks nobody. FAILED_PRECONDITION, reasons BUNDLE_FOR_ANOTHER, BUNDLE_STARTS_LATER, BUNDLE_LACKS,
// BUNDLE_CONTRADICTS, HOME_IS_LIGHT: nothing of the log was taken then. RESOURCE_EXHAUSTED, reason
// BUNDLE_TOO_LARGE: nothing was taken. What is listed can be opened: it is this member's to see,
// and kept whole.
absl::StatusOr<BundleTaken> TakeDocuments(Workplace& place, const BundleReader& file,
                                          const ProgressListener& progress);

// Sends each act on. A result per act; what is refused holds nothing back. If the link or the stick
// breaks after some acts (BundleTaken::ended), their results and receipts are there; the same again
// goes on. An error: there is no result. UNAVAILABLE: the link broke.
absl::StatusOr<BundleTaken> ForwardActs(Workplace& place, const BundleReader& file,
                                        const std::string& receipts,
                                        const ProgressListener& progress);

// What is proven moves its item to `stored`; a refusal is noted beside it. Asks nobody.
// FAILED_PRECONDITION, reason BUNDLE_CONTRADICTS: a receipt that proves nothing; if some were taken
// before it, that is BundleTaken::ended.
absl::StatusOr<BundleTaken> TakeReceipts(Workplace& place, const BundleReader& file);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_BUNDLE_IMPORT_H_
