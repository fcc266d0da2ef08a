// SHA-256 and what is built on it: HMAC (RFC 2104), HKDF (RFC 5869).
//
// Bulk hashing comes from libcrypto; see crypto/bulk_kernels.cc, which owns that choice.
// Thread safety: one thread at a time per Sha256Stream; the functions are independent.

#ifndef AMPARO_CRYPTO_DIGEST_H_
#define AMPARO_CRYPTO_DIGEST_H_

#include <initializer_list>
#include <memory>

#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace amparo {

// SHA-256 of the concatenation of `parts`.
Hash Sha256(std::initializer_list<ByteView> parts);
inline Hash Sha256(ByteView bytes) { return Sha256({bytes}); }

// SHA-256 of bytes that arrive in pieces.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;
  void Update(ByteView bytes);
  // REQUIRES: called once, and nothing after it.
  Hash Finish();

 private:
  struct State;  // Keeps libcrypto out of our headers.
  std::unique_ptr<State> state_;
};

// HMAC-SHA-256 of the concatenation of `parts`. A key of any length.
Hash HmacSha256(ByteView key, std::initializer_list<ByteView> parts);

// HKDF-SHA-256, extract then expand, filling `out`.
// REQUIRES: out.size() <= 8160.
void HkdfSha256(ByteView ikm, ByteView salt, ByteView info, MutableByteView out);

}  // namespace amparo

#endif  // AMPARO_CRYPTO_DIGEST_H_
