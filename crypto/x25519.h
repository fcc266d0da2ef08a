// X25519 (RFC 7748), with the all-zero result refused.
//
// Thread safety: the functions are independent.

#ifndef AMPARO_CRYPTO_X25519_H_
#define AMPARO_CRYPTO_X25519_H_

#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace amparo {

using X25519Point = FixedBytes<struct X25519PointTag, 32>;

X25519Point X25519PublicPoint(const Secret<32>& scalar);

// False: the shared secret is all zeros because `point` is of low order; `out` is then of
// no use.
bool X25519SharedSecret(const Secret<32>& scalar, const X25519Point& point, Secret<32>& out);

// Whether `point` is the one encoding of its u coordinate and not of low order.
bool IsValidX25519Point(const X25519Point& point);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_X25519_H_
