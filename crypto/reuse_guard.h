// Notices a broken random source: two file keys, or two payload nonces, that are equal.
// Sealing twice under one key and nonce gives both texts away, so there is no way on.
//
// Thread safety: any thread.

#ifndef AMPARO_CRYPTO_REUSE_GUARD_H_
#define AMPARO_CRYPTO_REUSE_GUARD_H_

#include "crypto/bytes.h"

namespace amparo {

// Remembers keyed fingerprints of the newest values, 65,536 at least, never the values.
// Aborts the process when `value` was given before.
void AbortOnReuse(ByteView value);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_REUSE_GUARD_H_
