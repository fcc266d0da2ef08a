#include "client/org_card.h"

#include "client/text_file.h"
#include "statement/codec.h"
#include "statement/statement.h"

namespace amparo::client {
namespace {

constexpr std::size_t kAddressBytesMax = 512;
constexpr std::size_t kCertificateBytesMax = 16 * 1024;
constexpr std::size_t kNoteBytesMax = 16 * 1024;
constexpr std::size_t kPoliciesBytesMax = 64 * 1024;  // In all; more are left out.

}  // namespace

std::string FormatOrgCard(const OrgCardFields& card) {
  Writer out;
  out.Vec16(AsBytes(card.server.address));
  out.Vec16(AsBytes(card.server.certificate_pem));
  out.Fixed(card.org);
  out.Fixed(card.log_key);
  out.U64(card.head.size.value);
  out.Fixed(card.head.root);
  std::size_t policies = 0;
  for (const Bytes& policy : card.policies) policies += policy.size();
  out.Vec16(AsBytes(card.note));
  const bool fits = policies <= kPoliciesBytesMax;
  out.U16(fits ? static_cast<std::uint16_t>(card.policies.size()) : std::uint16_t{0});
  for (const Bytes& policy : fits ? card.policies : std::vector<Bytes>{}) out.Vec32(policy);
  return FormatTextFile(kOrgCardHeader, out.bytes());
}

absl::StatusOr<OrgCardFields> ParseOrgCard(absl::string_view text) {
  auto bytes = ParseTextFile(kOrgCardHeader, text);
  if (!bytes.ok()) return bytes.status();
  Reader in(*bytes);
  OrgCardFields card;
  card.server.address = std::string(AsText(in.Vec16(kAddressBytesMax, "address")));
  card.server.certificate_pem =
      std::string(AsText(in.Vec16(kCertificateBytesMax, "server certificate")));
  card.org = in.Fixed<OrgId>("org");
  card.log_key = in.Fixed<VerifyKey>("log key");
  card.head.size = TreeSize{in.U64("size")};
  card.head.root = in.Fixed<Hash>("root");
  card.note = std::string(AsText(in.Vec16(kNoteBytesMax, "checkpoint")));
  const std::uint16_t policies = in.U16("policies");
  for (std::uint16_t i = 0; i < policies && in.ok(); ++i) {
    const ByteView policy = in.Vec32(kSignedStatementBytesMax, "policy");
    card.policies.emplace_back(policy.begin(), policy.end());
  }
  if (auto status = in.Finish("organisation card"); !status.ok()) return status;
  return card;
}

}  // namespace amparo::client
