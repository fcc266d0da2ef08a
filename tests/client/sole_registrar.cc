#include "tests/client/sole_registrar.h"

#include <algorithm>
#include <utility>

#include "client/statement_author.h"
#include "tests/support/organisation.h"

namespace amparo::testing {

SoleRegistrar::SoleRegistrar(FoundingToken token) : token_(std::move(token)) {
  registrar_ =
      Organisation::CertificateFor("ria", static_cast<std::uint16_t>(Role::kRegistrar), {});
  registrar_.authentication = authentication_.verify_key();
  registrar_.expiry = UnixSeconds{client::SystemNow().value + 3600};
  policy_ = MakePolicy();
}

SignedStatement SoleRegistrar::MakePolicy() const {
  Policy policy;
  for (const char* root : {"root-1", "root-2"}) {
    policy.roots.push_back(KeyNamed(root).verify_key());
  }
  std::sort(policy.roots.begin(), policy.roots.end());
  policy.log_key = token_.log_key;
  policy.recovery = Identity::Generate().recipient();
  policy.registrars = {registrar_};
  Statement said;
  said.kind = static_cast<std::uint16_t>(Kind::kPolicy);
  said.org.bytes = HashOf(policy).bytes;
  said.actor_seq = 1;
  said.subject_type = static_cast<std::uint8_t>(SubjectType::kDirectory);
  said.body = EncodeBody({.act = policy, .objects = {}, .grants = {}});
  std::vector<StatementSignature> signatures;
  for (const char* root : {"root-1", "root-2"}) {
    const SigningKey key = KeyNamed(root);
    signatures.push_back({.key = key.verify_key(), .signature = key.Sign(EncodeStatement(said))});
  }
  return *AssembleSigned(said, std::move(signatures));
}

absl::Status SoleRegistrar::Found(client::Connection& connection) const {
  return connection.Found(token_.token.view(), token_.secret.Expose(), policy_.bytes).status();
}

void SoleRegistrar::OpenSessionOver(client::Connection& connection) const {
  connection.UseSession({.org = policy_.statement.org,
                         .certificate = HashOf(registrar_),
                         .authentication = &authentication_});
}

}  // namespace amparo::testing
