#include "client/root_signature.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/names.h"
#include "client/text_file.h"
#include "crypto/digest.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

absl::StatusOr<StatementSignature> ReadSignature(absl::string_view header, const Statement& draft,
                                                 const std::vector<VerifyKey>& roots,
                                                 absl::string_view text) {
  auto bytes = ParseTextFile(header, text);
  if (!bytes.ok()) return bytes.status();
  Reader in(*bytes);
  const Hash of = in.Fixed<Hash>("draft");
  StatementSignature out;
  out.key = in.Fixed<VerifyKey>("root key");
  out.signature = in.Fixed<Signature>("signature");
  if (auto status = in.Finish("root signature"); !status.ok()) return status;
  if (of != DraftHash(draft)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a signature of draft ", Fingerprint(of), ", this one is ", Fingerprint(DraftHash(draft))));
  }
  if (std::find(roots.begin(), roots.end(), out.key) == roots.end()) {
    return absl::InvalidArgumentError("a signature by a key that is no root of the policy");
  }
  if (!VerifySignature(out.key, EncodeStatement(draft), out.signature)) {
    return absl::InvalidArgumentError("a signature that is wrong");
  }
  return out;
}

}  // namespace

Hash DraftHash(const Statement& draft) { return Sha256(EncodeStatement(draft)); }

std::string FormatRootSignature(absl::string_view header, const Statement& draft,
                                const SigningKey& key) {
  Writer out;
  out.Fixed(DraftHash(draft));
  out.Fixed(key.verify_key());
  out.Fixed(key.Sign(EncodeStatement(draft)));
  return FormatTextFile(header, out.bytes());
}

absl::StatusOr<SignedStatement> AssembleByRoots(absl::string_view header, const Statement& draft,
                                                const std::vector<VerifyKey>& roots,
                                                std::size_t threshold,
                                                const std::vector<std::string>& signatures) {
  std::vector<StatementSignature> read;
  for (const std::string& text : signatures) {
    auto signature = ReadSignature(header, draft, roots, text);
    if (!signature.ok()) return signature.status();
    read.push_back(*signature);
  }
  if (read.size() < threshold) {
    return absl::InvalidArgumentError(
        absl::StrCat(read.size(), " signatures, the policy asks for ", threshold));
  }
  return AssembleSigned(draft, std::move(read));
}

}  // namespace amparo::client
