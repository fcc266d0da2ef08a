// The grants and the small objects of an act, as the outbox's rows and bundles spell them alike:
//
//   u16 n; { object 16; grantee 16; grant<u16> } grants[n]; u16 n; { object 16; payload<u32> }
//   objects[n]
//
// Spec: docs/spec/outbox.md, "The row"; docs/spec/bundle.md, "Kind 2". This file is the only
// reader and writer of them.
//
// Thread safety: pure functions.

#ifndef AMPARO_CLIENT_ACT_OBJECTS_H_
#define AMPARO_CLIENT_ACT_OBJECTS_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/connection.h"
#include "statement/codec.h"

namespace amparo::client {

// REQUIRES: at most kGrantsMax and kObjectsMax.
void WriteActObjects(Writer& out, const std::vector<GrantBytes>& grants,
                     const std::vector<ObjectBytes>& objects);
// Fails `in` where there are more, or one is too long.
void ReadActObjects(Reader& in, std::vector<GrantBytes>& grants, std::vector<ObjectBytes>& objects);

// A count that is checked before anything is taken for it: 0, and `in` failed, above `max`.
std::size_t CountWithin(Reader& in, std::size_t count, std::size_t max, absl::string_view field);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_ACT_OBJECTS_H_
