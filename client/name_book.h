// Who is who, as far as this home may know: coordinators and registrars read the directory's
// attributes, everybody else learns the names that an assignment's message tells. Kept sealed
// in the home. Spec: docs/spec/home.md, "Names".
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_NAME_BOOK_H_
#define AMPARO_CLIENT_NAME_BOOK_H_

#include <string>

#include "absl/status/status.h"
#include "client/replica.h"
#include "client/workplace.h"

namespace amparo::client {

// Reads what the home kept. DATA_LOSS: damaged.
absl::Status RestorePeople(Workplace& place);
// Reads the directory again if it moved since. Nothing learnt is no error, and neither is a name
// that is damaged: the old one stays, and place.notes says so.
absl::Status LearnPeople(Workplace& place);
// The display name, or empty.
std::string NameOf(const Workplace& place, const MemberId& member);

// The newest message of an assignment that this home can open, with the names it tells
// learnt. NOT_FOUND: none.
absl::StatusOr<AssignmentMessage> OpenAssignmentMessage(Workplace& place,
                                                        const DocumentHistory& history);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_NAME_BOOK_H_
