// What a registrar's home knows before it belongs to an organisation.
// Spec: docs/spec/home.md, "Registrar". Thread safety: follows Home's rule.

#ifndef AMPARO_CLIENT_FOUNDING_HOMES_H_
#define AMPARO_CLIENT_FOUNDING_HOMES_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/home.h"
#include "statement/bodies.h"

namespace amparo::client {

inline constexpr char kRegistrarFile[] = "registrar";

struct RegistrarSelf {
  Certificate certificate;  // As the policy will list it.
  std::string display_name;
};
absl::Status WriteRegistrarSelf(Home& home, const Secret<32>& home_key, const RegistrarSelf& self);
// NOT_FOUND: not a registrar's home.
absl::StatusOr<RegistrarSelf> ReadRegistrarSelf(const Home& home, const Secret<32>& home_key);

// The certificate on a registrar card. INVALID_ARGUMENT: not a card.
absl::StatusOr<Certificate> ParseRegistrarCard(absl::string_view card);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_FOUNDING_HOMES_H_
