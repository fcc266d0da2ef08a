// How long a sealed object's plaintext is made, so that its length says little.
// Spec: docs/spec/sealed-object.md, "Padding".

#ifndef AMPARO_CRYPTO_PADDING_H_
#define AMPARO_CRYPTO_PADDING_H_

#include <cstdint>

namespace amparo {

// Padme: the lowest E-S bits rounded up to zero, E = floor(log2 L), S = floor(log2 E) + 1.
std::uint64_t Padme(std::uint64_t length);
// Parts: max(64 KiB, Padme(length)) bytes.
std::uint64_t PaddedPartLength(std::uint64_t length);
// Manifests and other small objects: the next multiple of 2 KiB, at least one.
std::uint64_t PaddedSmallLength(std::uint64_t length);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_PADDING_H_
