#include "server/founding_tokens.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/aead.h"
#include "crypto/digest.h"
#include "server/private_file.h"
#include "statement/codec.h"

namespace amparo::server {
namespace {

constexpr char kTokenLabel[] = "amparo/kept-founding-token/v1\n";  // Its NUL is part of it.

Bytes ContextOf(const TokenId& id) {
  Bytes context(std::begin(kTokenLabel), std::end(kTokenLabel));
  AppendTo(context, id.view());
  return context;
}

std::string PathOf(const std::string& directory, const TokenId& id) {
  return absl::StrCat(directory, "/", ToHex(id));
}

}  // namespace

absl::Status KeepToken(const std::string& directory, const Secret<32>& server_key,
                       const KeptToken& token) {
  Writer writer;
  writer.Fixed(token.secret_sha256);
  writer.Raw(token.log_key_seed.Expose());
  writer.U64(token.expiry.value);
  writer.Fixed(token.used_by);
  Bytes plain = writer.Take();
  const Bytes sealed = AeadSeal(server_key, ContextOf(token.id), plain);
  Wipe(plain);
  return WritePrivateFile(PathOf(directory, token.id), sealed);
}

absl::StatusOr<KeptToken> LoadToken(const std::string& directory, const Secret<32>& server_key,
                                    const TokenId& id) {
  const auto sealed = ReadPrivateFile(PathOf(directory, id));
  if (!sealed.ok()) return sealed.status();
  auto plain = AeadOpen(server_key, ContextOf(id), *sealed);
  if (!plain.ok()) return plain.status();
  Reader reader(*plain);
  KeptToken token;
  token.id = id;
  token.secret_sha256 = reader.Fixed<Hash>("secret");
  const ByteView seed = reader.Raw(32, "log key");
  if (seed.size() == 32) {
    token.log_key_seed = Secret<32>::CopyOf(std::span<const std::uint8_t, 32>(seed));
  }
  token.expiry = UnixSeconds{reader.U64("expiry")};
  token.used_by = reader.Fixed<OrgId>("organisation");
  const bool is_whole = reader.Finish("kept token").ok();
  Wipe(*plain);
  if (!is_whole) return absl::DataLossError("a malformed founding token");
  return token;
}

MadeToken MakeToken(std::string address, std::string certificate_pem, UnixSeconds now) {
  const SigningKey log_key = SigningKey::Generate();
  const TokenId id = RandomId<TokenId>();
  Secret<16> secret = Secret<16>::Random();
  const UnixSeconds expiry{now.value + kFoundingTokenLifetime_s};
  KeptToken kept{.id = id,
                 .secret_sha256 = Sha256(secret.Expose()),
                 .log_key_seed = log_key.seed().Duplicate(),
                 .expiry = expiry,
                 .used_by = {}};
  FoundingToken given{.server_address = std::move(address),
                      .server_certificate = std::move(certificate_pem),
                      .log_key = log_key.verify_key(),
                      .token = id,
                      .secret = std::move(secret),
                      .expiry = expiry};
  return {.given = std::move(given), .kept = std::move(kept)};
}

}  // namespace amparo::server
