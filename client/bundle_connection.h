// A bundle of kind 1 played as a server that answers one member: what the replica's checks need
// no network for. Believed as little as a server.
// Spec: docs/spec/bundle.md, "Kind 1".
//
// Thread safety: as Connection.

#ifndef AMPARO_CLIENT_BUNDLE_CONNECTION_H_
#define AMPARO_CLIENT_BUNDLE_CONNECTION_H_

#include <string>
#include <vector>

#include "client/bundle_documents.h"
#include "client/connection.h"
#include "client/refusing_connection.h"

namespace amparo::client {

// Answers Sync, Subject and Cosigned; everything else is UNAVAILABLE. Of a subject that the bundle
// does not have: FAILED_PRECONDITION, reason BUNDLE_LACKS. Before its first leaf: the same code,
// reason BUNDLE_STARTS_LATER.
class BundleConnection : public RefusingConnection {
 public:
  // Borrowed.
  explicit BundleConnection(const BundleDocuments& bundle);

  absl::StatusOr<SyncReply> Sync(Position from, std::uint32_t limit) override;
  absl::StatusOr<SubjectReply> Subject(SubjectType type, const SubjectId& subject,
                                       std::uint32_t from) override;
  absl::StatusOr<std::vector<std::string>> Cosigned() override { return bundle_.cosigned; }

 protected:
  const BundleDocuments& bundle() const { return bundle_; }

 private:
  const BundleDocuments& bundle_;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_BUNDLE_CONNECTION_H_
