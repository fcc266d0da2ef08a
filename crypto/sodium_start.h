// Readies libsodium, once per process. Everything in crypto/ that calls libsodium calls
// this first; nobody outside crypto/ needs to.
//
// Thread safety: any thread, any number of times.

#ifndef AMPARO_CRYPTO_SODIUM_START_H_
#define AMPARO_CRYPTO_SODIUM_START_H_

namespace amparo {

// Aborts the process when libsodium cannot start: there is no safe way on.
void StartSodium();

}  // namespace amparo

#endif  // AMPARO_CRYPTO_SODIUM_START_H_
