// The invitation, founding token and join request of docs/spec/invitation.md and of
// tests/vectors/invitation: fixed keys, fixed values.

#ifndef AMPARO_TESTS_STATEMENT_EXAMPLE_INVITATION_H_
#define AMPARO_TESTS_STATEMENT_EXAMPLE_INVITATION_H_

#include <map>
#include <string>

#include "statement/certificate_request.h"
#include "statement/invitation.h"

namespace amparo {

// 16 times `number`.
Secret<16> SecretNumber(std::uint8_t number);

Invitation ExampleInvitation();
FoundingToken ExampleFoundingToken();
// Signed by keys 1 and 2, under SecretNumber(3).
CertificateRequest ExampleRequest();
Bytes ExampleRequestBytes(const Secret<16>& secret);

// The files of tests/vectors/invitation by name.
std::map<std::string, std::string> InvitationVectors();

}  // namespace amparo

#endif  // AMPARO_TESTS_STATEMENT_EXAMPLE_INVITATION_H_
