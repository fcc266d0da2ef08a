// Opening what a case or a document was given: the reader's checks of design section 4.1, in
// their order. The chain is replayed already, so each author had the authority; then the
// grant as logged, its strict parse, the key's commitment, the payload as logged, the stream,
// and the manifest against the statement.
// Spec: docs/spec/sealed-object.md, "Opening".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_SUBJECT_OBJECTS_H_
#define AMPARO_CLIENT_SUBJECT_OBJECTS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/replica.h"
#include "client/workplace.h"
#include "crypto/file_key.h"
#include "crypto/manifest.h"
#include "crypto/secret.h"

namespace amparo::client {

// A chain, borrowed from the replica.
struct SubjectChain {
  SubjectType type = SubjectType::kDocument;
  SubjectId id;
  const std::vector<HistoryEntry>* entries = nullptr;
};
SubjectChain ChainOf(const DocumentHistory& history);
SubjectChain ChainOf(const CaseHistory& history);

// What a statement of the chain says of an object. NOT_FOUND: none names it.
absl::StatusOr<ObjectRef> FindRef(const SubjectChain& chain, const ObjectId& object);

// The file key of an object that a statement of the chain grants to this home.
// PERMISSION_DENIED, reason NOT_GRANTED: none does, or this home can open nothing.
// DATA_LOSS: the grant is not the one that was logged, or opens to another key.
absl::StatusOr<FileKey> OpenKey(Workplace& place, const SubjectChain& chain,
                                const ObjectId& object);
// Also the content of an object, with its padding. Fetches it unless it is kept already.
absl::StatusOr<SecretBuffer> OpenObject(Workplace& place, const SubjectChain& chain,
                                        const ObjectId& object);
// The same with a key that the caller has.
absl::StatusOr<SecretBuffer> OpenObjectWith(Workplace& place, const SubjectChain& chain,
                                            const ObjectRef& ref, const FileKey& key);

// Which of a document's two sets of objects. REQUIRES for kTranslation: there is one.
struct OpenedVersion {
  workflow::Version version;
  Manifest manifest;
  FileKey manifest_key;
};
// Opens the manifest and holds it against the statement: case, document, author, version,
// role, source, and every part's id, commitment and length. DATA_LOSS: they differ.
absl::StatusOr<OpenedVersion> OpenVersion(Workplace& place, const DocumentHistory& history,
                                          const workflow::Version& version, Which which);
// The newest. FAILED_PRECONDITION: there is no translation yet.
absl::StatusOr<workflow::Version> CurrentVersion(const DocumentHistory& history, Which which);

// Keeps a small object that was brought by hand, with those of its grants to this home that the
// log names, as if it had been fetched and opened. What does not fit the log is left.
absl::Status KeepBrought(Workplace& place, const SubjectChain& chain, const ObjectId& object,
                         Bytes payload, const std::vector<Bytes>& grants);

// What was kept of fetched objects, from the home.
absl::Status RestoreObjects(Workplace& place);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_SUBJECT_OBJECTS_H_
