// The acts on cases, and the note, which cases and documents share.

#include "absl/strings/str_cat.h"
#include "statement/body_fields.h"

namespace amparo::body_fields {
namespace {

void WriteNote(Writer& out, NoteType type, const Hash& in_reply_to) {
  out.U8(static_cast<std::uint8_t>(type));
  out.Fixed(in_reply_to);
}

void ReadNote(Reader& in, NoteType& type, Hash& in_reply_to) {
  const std::uint8_t value = in.U8("note type");
  if (value < 1 || value > 3) in.Fail("note type", absl::StrCat(value, " is unknown"));
  type = static_cast<NoteType>(value);
  in_reply_to = in.Fixed<Hash>("in reply to");
  if ((type == NoteType::kAnswer) == in_reply_to.is_zero()) {
    in.Fail("in reply to", "an answer names its question, and nothing else names one");
  }
}

}  // namespace

void Write(Writer& out, const OpenCase& act) {
  out.U16(act.desk);
  out.U8(act.deliver_on_approval);
}
void Read(Reader& in, OpenCase& act) {
  act.desk = ReadDesk(in);
  act.deliver_on_approval = ReadFlag(in, "deliver on approval");
}

void Write(Writer& out, const ShareCase& act) { out.Fixed(act.with); }
void Read(Reader& in, ShareCase& act) { act.with = ReadMember(in, "with"); }

void Write(Writer& out, const NoteCase& act) { WriteNote(out, act.type, act.in_reply_to); }
void Read(Reader& in, NoteCase& act) { ReadNote(in, act.type, act.in_reply_to); }

void Write(Writer& out, const Note& act) { WriteNote(out, act.type, act.in_reply_to); }
void Read(Reader& in, Note& act) { ReadNote(in, act.type, act.in_reply_to); }

}  // namespace amparo::body_fields
