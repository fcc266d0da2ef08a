// An organisation of one registrar, founded by hand: the least that may open a session.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_CLIENT_SOLE_REGISTRAR_H_
#define AMPARO_TESTS_CLIENT_SOLE_REGISTRAR_H_

#include "client/connection.h"
#include "crypto/signature.h"
#include "statement/bodies.h"
#include "statement/invitation.h"

namespace amparo::testing {

class SoleRegistrar {
 public:
  explicit SoleRegistrar(FoundingToken token);

  absl::Status Found(client::Connection& connection) const;
  // Borrows the registrar's key.
  void OpenSessionOver(client::Connection& connection) const;

 private:
  SignedStatement MakePolicy() const;

  const FoundingToken token_;
  const SigningKey authentication_ = SigningKey::Generate();
  Certificate registrar_;
  SignedStatement policy_;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CLIENT_SOLE_REGISTRAR_H_
