#include "tests/statement/example_invitation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/statement/random_bodies.h"

namespace amparo {
namespace {

constexpr absl::string_view kPem =
    "-----BEGIN CERTIFICATE-----\nMIIBfTCCASOgAwIBAgIUQk==\n-----END CERTIFICATE-----\n";

std::string TextOf(const SecretBuffer& buffer) { return std::string(AsText(buffer.Expose())); }

std::string RequestVector() {
  const Bytes request = ExampleRequestBytes(SecretNumber(3));
  const Secret<32> ticket = InviteTicketOf(SecretNumber(3));
  std::string out = absl::StrCat(
      "comment: under the invitation of invitation.txt, by the keys with seeds 32 x 01 and 32 x "
      "02\n"
      "secret: ",
      ToHex(SecretNumber(3).Expose()), "\nticket: ", ToHex(ticket.Expose()),
      "\nticket-sha256: ", ToHex(HashOfTicket(ticket.Expose())), "\n");
  for (std::size_t at = 0; at < request.size(); at += 32) {
    const std::size_t size = std::min<std::size_t>(32, request.size() - at);
    absl::StrAppend(&out, "bytes: ", ToHex(ByteView(request).subspan(at, size)), "\n");
  }
  return out;
}

}  // namespace

Secret<16> SecretNumber(std::uint8_t number) {
  return Secret<16>::CopyOf(InviteId::Filled(number).bytes);
}

Invitation ExampleInvitation() {
  return {.server_address = "amparo.example:7443",
          .server_certificate = std::string(kPem),
          .org = OrgId::Filled(0x0a),
          .log_key = KeyNumber(4).verify_key(),
          .checkpoint = "origin\n5\nroot\n\n\xe2\x80\x94 origin c2ln\n",
          .invite = InviteId::Filled(0x1e),
          .member = {},
          .roles = 4,
          .submit_only = 0,
          .expiry = {1795003200},
          .secret = SecretNumber(3)};
}

FoundingToken ExampleFoundingToken() {
  return {.server_address = "[::1]:7443",
          .server_certificate = std::string(kPem),
          .log_key = KeyNumber(4).verify_key(),
          .token = TokenId::Filled(0x70),
          .secret = SecretNumber(5),
          .expiry = {1795003200}};
}

CertificateRequest ExampleRequest() {
  return {.org = OrgId::Filled(0x0a),
          .invite = InviteId::Filled(0x1e),
          .member = MemberId::Filled(0x61),
          .signing = KeyNumber(1).verify_key(),
          .authentication = KeyNumber(2).verify_key(),
          .recipient = RecipientNumber(0x61),
          .claimed_time = {1795000000}};
}

Bytes ExampleRequestBytes(const Secret<16>& secret) {
  return MakeRequest(ExampleRequest(), KeyNumber(1), KeyNumber(2), secret);
}

std::map<std::string, std::string> InvitationVectors() {
  return {{"founding-token.txt", TextOf(*FormatFoundingToken(ExampleFoundingToken()))},
          {"invitation.txt", TextOf(*FormatInvitation(ExampleInvitation()))},
          {"request.txt", RequestVector()}};
}

}  // namespace amparo
