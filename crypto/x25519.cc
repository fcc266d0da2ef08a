#include "crypto/x25519.h"

#include <sodium.h>

#include "crypto/sodium_start.h"

namespace amparo {
namespace {

// Below p = 2^255 - 19, little-endian, and the unused top bit clear.
bool IsCanonical(const X25519Point& point) {
  if (point.bytes[31] != 0x7f) return point.bytes[31] < 0x7f;
  for (std::size_t i = 30; i > 0; --i) {
    if (point.bytes[i] != 0xff) return true;
  }
  return point.bytes[0] < 0xed;
}

}  // namespace

X25519Point X25519PublicPoint(const Secret<32>& scalar) {
  StartSodium();
  X25519Point out;
  crypto_scalarmult_curve25519_base(out.bytes.data(), scalar.Expose().data());
  return out;
}

bool X25519SharedSecret(const Secret<32>& scalar, const X25519Point& point, Secret<32>& out) {
  StartSodium();
  return crypto_scalarmult_curve25519(out.ExposeMutable().data(), scalar.Expose().data(),
                                      point.bytes.data()) == 0;
}

bool IsValidX25519Point(const X25519Point& point) {
  // Any clamped scalar is a multiple of 8, which takes each low-order point to zero.
  Secret<32> any_scalar;
  Secret<32> shared;
  return IsCanonical(point) && X25519SharedSecret(any_scalar, point, shared);
}

}  // namespace amparo
