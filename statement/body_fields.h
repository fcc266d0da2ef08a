// How each act and each field that several acts share is written and read: the inside of
// statement/bodies.h, for the sources of statement/ alone.
//
// Read functions report through the reader; what they fill is worth nothing unless
// reader.Finish() says so. Thread safety: the functions are independent.

#ifndef AMPARO_STATEMENT_BODY_FIELDS_H_
#define AMPARO_STATEMENT_BODY_FIELDS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "statement/bodies.h"
#include "statement/codec.h"

namespace amparo::body_fields {

// Shared fields. Every list is a count and its elements.
void WriteRecipient(Writer& out, const Recipient& recipient);
Recipient ReadRecipient(Reader& in, absl::string_view field, bool may_be_none);
void WriteDesks(Writer& out, const std::vector<Desk>& desks);
std::vector<Desk> ReadDesks(Reader& in);
void WriteMembers(Writer& out, const std::vector<MemberId>& members);
std::vector<MemberId> ReadMembers(Reader& in, std::size_t max, absl::string_view field);
// Neither zeros nor a reserved id.
MemberId ReadMember(Reader& in, absl::string_view field);
VerifyKey ReadVerifyKey(Reader& in, absl::string_view field);
// At least one role, no unknown one.
std::uint16_t ReadRoles(Reader& in);
// 1 and up.
Desk ReadDesk(Reader& in);
// 1 and up.
std::uint16_t ReadOrdinal16(Reader& in, absl::string_view field);
// 0 or 1.
std::uint8_t ReadFlag(Reader& in, absl::string_view field);
// A whole hour.
UnixSeconds ReadWholeHour(Reader& in, absl::string_view field);

void WriteCertificate(Writer& out, const Certificate& certificate);
Certificate ReadCertificate(Reader& in);

// One pair for every act.
void Write(Writer& out, const Policy& act);
void Write(Writer& out, const Certify& act);
void Write(Writer& out, const Endorse& act);
void Write(Writer& out, const Revoke& act);
void Write(Writer& out, const Invite& act);
void Write(Writer& out, const DirectoryEpoch& act);
void Write(Writer& out, const Describe& act);
void Write(Writer& out, const RecoveryTested& act);
void Write(Writer& out, const Tick& act);
void Write(Writer& out, const LogEpoch& act);
void Write(Writer& out, const OpenCase& act);
void Write(Writer& out, const ShareCase& act);
void Write(Writer& out, const NoteCase& act);
void Write(Writer& out, const Submit& act);
void Write(Writer& out, const Assign& act);
void Write(Writer& out, const Unassign& act);
void Write(Writer& out, const Accept& act);
void Write(Writer& out, const Decline& act);
void Write(Writer& out, const GiveBack& act);
void Write(Writer& out, const HandIn& act);
void Write(Writer& out, const Return& act);
void Write(Writer& out, const Approve& act);
void Write(Writer& out, const Deliver& act);
void Write(Writer& out, const Receive& act);
void Write(Writer& out, const Reopen& act);
void Write(Writer& out, const Withdraw& act);
void Write(Writer& out, const Share& act);
void Write(Writer& out, const Note& act);

void Read(Reader& in, Policy& act);
void Read(Reader& in, Certify& act);
void Read(Reader& in, Endorse& act);
void Read(Reader& in, Revoke& act);
void Read(Reader& in, Invite& act);
void Read(Reader& in, DirectoryEpoch& act);
void Read(Reader& in, Describe& act);
void Read(Reader& in, RecoveryTested& act);
void Read(Reader& in, Tick& act);
void Read(Reader& in, LogEpoch& act);
void Read(Reader& in, OpenCase& act);
void Read(Reader& in, ShareCase& act);
void Read(Reader& in, NoteCase& act);
void Read(Reader& in, Submit& act);
void Read(Reader& in, Assign& act);
void Read(Reader& in, Unassign& act);
void Read(Reader& in, Accept& act);
void Read(Reader& in, Decline& act);
void Read(Reader& in, GiveBack& act);
void Read(Reader& in, HandIn& act);
void Read(Reader& in, Return& act);
void Read(Reader& in, Approve& act);
void Read(Reader& in, Deliver& act);
void Read(Reader& in, Receive& act);
void Read(Reader& in, Reopen& act);
void Read(Reader& in, Withdraw& act);
void Read(Reader& in, Share& act);
void Read(Reader& in, Note& act);

}  // namespace amparo::body_fields

#endif  // AMPARO_STATEMENT_BODY_FIELDS_H_
