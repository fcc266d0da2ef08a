// The acts on documents. Several are their kind alone: who, on what and after what stands
// in the statement.

#include "statement/body_fields.h"

namespace amparo::body_fields {

void Write(Writer& out, const Submit& act) {
  out.Fixed(act.case_id);
  out.U16(act.desk);
  out.U8(act.deliver_on_approval);
  out.U16(act.number);
  out.U16(act.version);
}
void Read(Reader& in, Submit& act) {
  act.case_id = in.Fixed<SubjectId>("case");
  if (act.case_id.is_zero()) in.Fail("case", "zeros");
  act.desk = ReadDesk(in);
  act.deliver_on_approval = ReadFlag(in, "deliver on approval");
  act.number = ReadOrdinal16(in, "number");
  act.version = ReadOrdinal16(in, "version");
}

void Write(Writer& out, const Assign& act) {
  out.Fixed(act.translator);
  out.Fixed(act.reviewer);
  WriteMembers(out, act.attorneys);
  out.U64(act.lease_end.value);
  out.U16(act.due_week);
}
void Read(Reader& in, Assign& act) {
  act.translator = ReadMember(in, "translator");
  act.reviewer = ReadMember(in, "reviewer");
  act.attorneys = ReadMembers(in, kAttorneysMax, "attorneys");
  act.lease_end = ReadWholeHour(in, "lease end");
  act.due_week = in.U16("due week");
}

void Write(Writer&, const Unassign&) {}
void Read(Reader&, Unassign&) {}
void Write(Writer&, const Accept&) {}
void Read(Reader&, Accept&) {}
void Write(Writer&, const Decline&) {}
void Read(Reader&, Decline&) {}
void Write(Writer&, const GiveBack&) {}
void Read(Reader&, GiveBack&) {}

void Write(Writer& out, const HandIn& act) {
  out.U16(act.version);
  out.Fixed(act.source);
}
void Read(Reader& in, HandIn& act) {
  act.version = ReadOrdinal16(in, "version");
  act.source = in.Fixed<Hash>("source");
}

void Write(Writer& out, const Return& act) { out.Fixed(act.translation); }
void Read(Reader& in, Return& act) { act.translation = in.Fixed<Hash>("translation"); }

void Write(Writer& out, const Approve& act) {
  out.Fixed(act.translation);
  out.Fixed(act.source);
}
void Read(Reader& in, Approve& act) {
  act.translation = in.Fixed<Hash>("translation");
  act.source = in.Fixed<Hash>("source");
}

void Write(Writer& out, const Deliver& act) {
  WriteMembers(out, act.attorneys);
  out.U8(act.already_in_target_language);
}
void Read(Reader& in, Deliver& act) {
  act.attorneys = ReadMembers(in, kAttorneysMax, "attorneys");
  if (act.attorneys.empty()) in.Fail("attorneys", "none, expected 1 or more");
  act.already_in_target_language = ReadFlag(in, "already in target language");
}

void Write(Writer& out, const Receive& act) {
  out.Fixed(act.translation);
  out.Fixed(act.source);
}
void Read(Reader& in, Receive& act) {
  act.translation = in.Fixed<Hash>("translation");
  act.source = in.Fixed<Hash>("source");
}

void Write(Writer& out, const Reopen& act) { out.U64(act.lease_end.value); }
void Read(Reader& in, Reopen& act) { act.lease_end = ReadWholeHour(in, "lease end"); }

void Write(Writer&, const Withdraw&) {}
void Read(Reader&, Withdraw&) {}

void Write(Writer& out, const Share& act) { out.Fixed(act.with); }
void Read(Reader& in, Share& act) { act.with = ReadMember(in, "with"); }

}  // namespace amparo::body_fields
