// The sealed objects of the directory: invitation secrets, the epoch's identity, attributes.
//
// Only client/enrolment.cc and client/directory_objects.cc include this header.
// Thread safety: one thread at a time per context.

#ifndef AMPARO_CLIENT_DIRECTORY_OBJECTS_H_
#define AMPARO_CLIENT_DIRECTORY_OBJECTS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/enrolment.h"
#include "client/statement_author.h"
#include "statement/bodies.h"

namespace amparo::client {

struct OpenedObject {
  FileKey key;
  SecretBuffer plaintext;  // With its padding.
};
// An object of the directory that was granted to this home. NOT_FOUND: the server has it not,
// or no grant of it for us. DATA_LOSS: not what its statement names.
absl::StatusOr<OpenedObject> OpenDirectoryObject(const EnrolmentContext& context,
                                                 const ObjectRef& ref);

// To every valid registrar. FAILED_PRECONDITION: nobody can receive it.
absl::Status GrantToRegistrars(Draft& draft, const Replica& replica, const SealedSmall& object);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_DIRECTORY_OBJECTS_H_
