#include "statement/certificate_request.h"

#include <cassert>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "statement/body_fields.h"
#include "statement/codec.h"
#include "statement/labels.h"

namespace amparo {
namespace {

struct ReceivedRequest {
  CertificateRequest request;
  ByteView body;    // What both keys sign, after their labels.
  ByteView proven;  // What the MAC covers: all before it.
  Signature signing;
  Signature authentication;
  Hash mac;
};

Bytes Labelled(ByteView label, ByteView body) {
  Bytes out(label.begin(), label.end());
  AppendTo(out, body);
  return out;
}

Bytes EncodeRequest(const CertificateRequest& request) {
  Writer out;
  out.Fixed(request.org);
  out.Fixed(request.invite);
  out.Fixed(request.member);
  out.Fixed(request.signing);
  out.Fixed(request.authentication);
  body_fields::WriteRecipient(out, request.recipient);
  out.U64(request.claimed_time.value);
  return out.Take();
}

CertificateRequest ReadRequest(Reader& in) {
  CertificateRequest request;
  request.org = in.Fixed<OrgId>("org");
  request.invite = in.Fixed<InviteId>("invite");
  request.member = body_fields::ReadMember(in, "member");
  request.signing = body_fields::ReadVerifyKey(in, "signing key");
  request.authentication = body_fields::ReadVerifyKey(in, "authentication key");
  request.recipient = body_fields::ReadRecipient(in, "recipient", /*may_be_none=*/true);
  request.claimed_time.value = in.U64("claimed time");
  return request;
}

absl::StatusOr<ReceivedRequest> ReadReceived(ByteView bytes) {
  if (bytes.size() > kCertificateRequestBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat(
        "certificate request: ", bytes.size(), " bytes, at most ", kCertificateRequestBytesMax));
  }
  ReceivedRequest out;
  Reader in(bytes);
  out.body = in.Vec16(kCertificateRequestBytesMax, "request");
  out.signing = in.Fixed<Signature>("signing key's signature");
  out.authentication = in.Fixed<Signature>("authentication key's signature");
  out.proven = bytes.first(bytes.size() - in.remaining());
  out.mac = in.Fixed<Hash>("mac");
  if (absl::Status status = in.Finish("certificate request"); !status.ok()) return status;
  Reader body(out.body);
  out.request = ReadRequest(body);
  if (absl::Status status = body.Finish("request"); !status.ok()) return status;
  return out;
}

absl::Status CheckSignatures(const ReceivedRequest& received) {
  const Bytes by_signing = Labelled(LabelBytes(kRequestSigningLabel), received.body);
  const Bytes by_authentication = Labelled(LabelBytes(kRequestAuthenticationLabel), received.body);
  if (!VerifySignature(received.request.signing, by_signing, received.signing)) {
    return absl::UnauthenticatedError("certificate request: not signed by its signing key");
  }
  if (!VerifySignature(received.request.authentication, by_authentication,
                       received.authentication)) {
    return absl::UnauthenticatedError("certificate request: not signed by its authentication key");
  }
  return absl::OkStatus();
}

Secret<32> Derive(const Secret<16>& secret, absl::string_view info) {
  Secret<32> out;
  HkdfSha256(secret.Expose(), {}, AsBytes(info), out.ExposeMutable());
  return out;
}

Hash MacOf(ByteView proven, const Secret<16>& secret) {
  const Secret<32> key = Derive(secret, "amparo/v1/invite-mac");
  return HmacSha256(key.Expose(), {LabelBytes(kRequestMacLabel), proven});
}

}  // namespace

Bytes MakeRequest(const CertificateRequest& request, const SigningKey& signing,
                  const SigningKey& authentication, const Secret<16>& secret) {
  assert(request.signing == signing.verify_key());
  assert(request.authentication == authentication.verify_key());
  const Bytes body = EncodeRequest(request);
  Writer out;
  out.Vec16(body);
  out.Fixed(signing.Sign(Labelled(LabelBytes(kRequestSigningLabel), body)));
  out.Fixed(authentication.Sign(Labelled(LabelBytes(kRequestAuthenticationLabel), body)));
  out.Fixed(MacOf(out.bytes(), secret));
  return out.Take();
}

absl::StatusOr<CertificateRequest> DecodeRequest(ByteView bytes) {
  absl::StatusOr<ReceivedRequest> received = ReadReceived(bytes);
  if (!received.ok()) return received.status();
  return std::move(received->request);
}

absl::StatusOr<CertificateRequest> CheckPossession(ByteView bytes) {
  absl::StatusOr<ReceivedRequest> received = ReadReceived(bytes);
  if (!received.ok()) return received.status();
  if (absl::Status status = CheckSignatures(*received); !status.ok()) return status;
  return std::move(received->request);
}

absl::StatusOr<CertificateRequest> CheckRequest(ByteView bytes, const Secret<16>& secret) {
  absl::StatusOr<ReceivedRequest> received = ReadReceived(bytes);
  if (!received.ok()) return received.status();
  // The MAC first: it is cheap, and it covers the signatures.
  if (!EqualConstantTime(MacOf(received->proven, secret).view(), received->mac.view())) {
    return absl::UnauthenticatedError("certificate request: not made with the invitation's secret");
  }
  if (absl::Status status = CheckSignatures(*received); !status.ok()) return status;
  return std::move(received->request);
}

Secret<32> InviteTicketOf(const Secret<16>& secret) {
  return Derive(secret, "amparo/v1/invite-ticket");
}

Hash HashOfTicket(ByteView ticket) { return Sha256({LabelBytes(kInviteTicketLabel), ticket}); }

}  // namespace amparo
