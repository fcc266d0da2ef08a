// What a root signs off line, as a small file of its own: policies and log epochs.
// Spec: docs/spec/directory.md, "Founding". Thread safety: pure functions.

#ifndef AMPARO_CLIENT_ROOT_SIGNATURE_H_
#define AMPARO_CLIENT_ROOT_SIGNATURE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/signature.h"
#include "statement/statement.h"

namespace amparo::client {

// The hash whose words people read to each other before they sign.
Hash DraftHash(const Statement& draft);
// The signature's text. `header` says of what kind.
std::string FormatRootSignature(absl::string_view header, const Statement& draft,
                                const SigningKey& key);
// The draft with these signatures. INVALID_ARGUMENT: a signature of another draft, by none of
// `roots`, wrong, twice, or fewer than `threshold`.
absl::StatusOr<SignedStatement> AssembleByRoots(absl::string_view header, const Statement& draft,
                                                const std::vector<VerifyKey>& roots,
                                                std::size_t threshold,
                                                const std::vector<std::string>& signatures);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_ROOT_SIGNATURE_H_
