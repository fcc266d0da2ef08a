#include "client/pinned_certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "crypto/digest.h"

namespace amparo::client {

absl::StatusOr<Hash> PublicKeyHashOf(absl::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> input(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
  const Certificate certificate(PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr),
                                &X509_free);
  if (certificate == nullptr) {
    ERR_clear_error();
    return absl::InvalidArgumentError("the server's certificate does not parse");
  }
  const Certificate second(PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr), &X509_free);
  ERR_clear_error();  // The end of the input is an error to libcrypto.
  if (second != nullptr) {
    return absl::InvalidArgumentError("the server's certificate is followed by another");
  }
  unsigned char* der = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der);
  if (length <= 0) {
    ERR_clear_error();
    return absl::InvalidArgumentError("the server's certificate has no key");
  }
  const Hash hash = Sha256(ByteView(der, static_cast<std::size_t>(length)));
  OPENSSL_free(der);
  return hash;
}

}  // namespace amparo::client
