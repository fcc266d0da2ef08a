// What another member may see, as far as this home sees it itself: the server's rule
// (docs/spec/requests.md, "Reading"), computed from the replica.
//
// Thread safety: pure functions.

#ifndef AMPARO_CLIENT_MEMBER_SIGHT_H_
#define AMPARO_CLIENT_MEMBER_SIGHT_H_

#include <vector>

#include "client/replica.h"
#include "statement/ids.h"

namespace amparo::client {

// What of one subject's chain is for a member.
struct MemberSight {
  bool now = false;                 // The member may see it at `now`: then all of it is.
  std::vector<Position> positions;  // What the member said, or could see just before or after it.
};

MemberSight SightOf(const DocumentHistory& history, const directory::Directory& directory,
                    const directory::Moment& now, const MemberId& member);
MemberSight SightOf(const CaseHistory& history, const directory::Directory& directory,
                    const directory::Moment& now, const MemberId& member);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_MEMBER_SIGHT_H_
