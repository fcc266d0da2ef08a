#include "statement/invitation.h"

#include <algorithm>

#include "statement/body_fields.h"
#include "statement/codec.h"
#include "statement/text_armor.h"
#include "statement/text_encoding.h"

namespace amparo {
namespace {

void WipeText(std::string& text) {
  Wipe(MutableByteView(reinterpret_cast<std::uint8_t*>(text.data()), text.size()));
}

std::string ReadAscii(Reader& in, std::size_t max, bool with_newlines, absl::string_view field) {
  const absl::string_view text = AsText(in.Vec16(max, field));
  if (text.empty()) in.Fail(field, "empty");
  const bool printable = std::all_of(text.begin(), text.end(), [with_newlines](char character) {
    if (with_newlines) return character == '\n' || (character >= ' ' && character <= '~');
    return character > ' ' && character <= '~';
  });
  if (!printable) in.Fail(field, "not printable ASCII");
  return std::string(text);
}

std::string ReadNote(Reader& in) {
  const absl::string_view note = AsText(in.Vec16(kCheckpointNoteBytesMax, "checkpoint"));
  if (note.empty() || !IsUtf8(note)) in.Fail("checkpoint", "empty, or no UTF-8");
  return std::string(note);
}

Secret<16> ReadSecret(Reader& in) {
  const ByteView bytes = in.Raw(Secret<16>::kSize, "secret");
  return bytes.empty() ? Secret<16>() : Secret<16>::CopyOf(bytes.first<16>());
}

void WriteText(Writer& out, absl::string_view text) {
  out.Vec16(AsBytes(text.substr(0, 0xffff)));  // Refused when it is read back.
}

void Write(Writer& out, const Invitation& invitation) {
  WriteText(out, invitation.server_address);
  WriteText(out, invitation.server_certificate);
  out.Fixed(invitation.org);
  out.Fixed(invitation.log_key);
  WriteText(out, invitation.checkpoint);
  out.Fixed(invitation.invite);
  out.Fixed(invitation.member);
  out.U16(invitation.roles);
  out.U8(invitation.submit_only);
  out.U64(invitation.expiry.value);
  out.Raw(invitation.secret.Expose());
}

void Read(Reader& in, Invitation& invitation) {
  invitation.server_address = ReadAscii(in, kServerAddressBytesMax, false, "server address");
  invitation.server_certificate =
      ReadAscii(in, kServerCertificateBytesMax, true, "server certificate");
  invitation.org = in.Fixed<OrgId>("org");
  invitation.log_key = body_fields::ReadVerifyKey(in, "log key");
  invitation.checkpoint = ReadNote(in);
  invitation.invite = in.Fixed<InviteId>("invite");
  invitation.member = in.Fixed<MemberId>("member");
  invitation.roles = body_fields::ReadRoles(in);
  invitation.submit_only = body_fields::ReadFlag(in, "submit only");
  invitation.expiry.value = in.U64("expiry");
  invitation.secret = ReadSecret(in);
}

void Write(Writer& out, const FoundingToken& token) {
  WriteText(out, token.server_address);
  WriteText(out, token.server_certificate);
  out.Fixed(token.log_key);
  out.Fixed(token.token);
  out.Raw(token.secret.Expose());
  out.U64(token.expiry.value);
}

void Read(Reader& in, FoundingToken& token) {
  token.server_address = ReadAscii(in, kServerAddressBytesMax, false, "server address");
  token.server_certificate = ReadAscii(in, kServerCertificateBytesMax, true, "server certificate");
  token.log_key = body_fields::ReadVerifyKey(in, "log key");
  token.token = in.Fixed<TokenId>("token");
  token.secret = ReadSecret(in);
  token.expiry.value = in.U64("expiry");
}

template <class File>
absl::StatusOr<File> ParseAs(absl::string_view header, absl::string_view text) {
  absl::StatusOr<Bytes> bytes = ParseArmor(header, text, kInvitationTextBytesMax);
  if (!bytes.ok()) return bytes.status();
  Reader in(*bytes);
  File file;
  Read(in, file);
  const absl::Status status = in.Finish(header);
  Wipe(*bytes);
  if (!status.ok()) return status;
  return file;
}

template <class File>
absl::StatusOr<SecretBuffer> FormatAs(absl::string_view header, const File& file) {
  Writer out;
  out.Reserve(kInvitationTextBytesMax);  // No copy is left behind by growing.
  Write(out, file);
  Bytes bytes = out.Take();
  std::string text = FormatArmor(header, bytes);
  Wipe(bytes);
  const absl::Status readable = ParseAs<File>(header, text).status();
  SecretBuffer formatted = SecretBuffer::CopyOf(AsBytes(text));
  WipeText(text);
  if (!readable.ok()) return readable;
  return formatted;
}

}  // namespace

absl::StatusOr<SecretBuffer> FormatInvitation(const Invitation& invitation) {
  return FormatAs(kInvitationHeader, invitation);
}
absl::StatusOr<SecretBuffer> FormatFoundingToken(const FoundingToken& token) {
  return FormatAs(kFoundingTokenHeader, token);
}
absl::StatusOr<Invitation> ParseInvitation(absl::string_view text) {
  return ParseAs<Invitation>(kInvitationHeader, text);
}
absl::StatusOr<FoundingToken> ParseFoundingToken(absl::string_view text) {
  return ParseAs<FoundingToken>(kFoundingTokenHeader, text);
}

}  // namespace amparo
