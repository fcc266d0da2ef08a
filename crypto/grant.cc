#include "crypto/grant.h"

#include <cassert>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "crypto/age_header.h"
#include "crypto/age_stanza.h"

namespace amparo {

absl::StatusOr<Bytes> MakeGrant(const FileKey& key, const Recipient& recipient) {
  absl::StatusOr<AgeStanza> stanza = WrapX25519(key, recipient);
  if (!stanza.ok()) return stanza.status();
  Bytes grant = FormatAgeHeader({*std::move(stanza)}, key);
  assert(grant.size() == GrantLength(recipient.type));
  return grant;
}

absl::StatusOr<FileKey> OpenGrant(ByteView grant, const Identity& identity) {
  const std::size_t expected = GrantLength(identity.recipient().type);
  if (grant.size() != expected) {
    return absl::InvalidArgumentError(
        absl::StrCat("grant is ", grant.size(), " bytes long, expected ", expected));
  }
  const absl::StatusOr<ParsedAgeHeader> parsed = ParseAgeHeader(grant);
  if (!parsed.ok()) return absl::InvalidArgumentError(parsed.status().message());
  if (parsed->size != grant.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("grant ends after ", parsed->size, " bytes, but is ", grant.size(), " long"));
  }
  const std::vector<AgeStanza>& stanzas = parsed->header.stanzas;
  if (stanzas.size() != 1 || stanzas[0].arguments[0] != kX25519StanzaType) {
    return absl::InvalidArgumentError("grant does not hold exactly one X25519 stanza");
  }
  absl::StatusOr<FileKey> key = UnwrapX25519(stanzas[0], identity);
  if (!key.ok()) return key.status();
  const AgeMac mac = ComputeAgeMac(*key, grant.first(parsed->mac_covers));
  if (!EqualConstantTime(mac.view(), parsed->header.mac.view())) {
    return absl::DataLossError("grant does not match its MAC");
  }
  return key;
}

}  // namespace amparo
