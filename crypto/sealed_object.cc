#include "crypto/sealed_object.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "crypto/payload_cipher.h"

namespace amparo {
namespace {

absl::Status Damaged(std::uint64_t index) {
  return absl::DataLossError(
      absl::StrCat("chunk ", index, " does not open: altered, moved, or of another key"));
}

}  // namespace

std::uint64_t SealedLength(std::uint64_t plaintext_length) {
  const std::uint64_t chunks = plaintext_length == 0 ? 1 : (plaintext_length - 1) / kChunkSize + 1;
  return kPayloadNonceSize + plaintext_length + chunks * kChunkTagSize;
}

struct Sealer::Stream {
  explicit Stream(const FileKey& key)
      : nonce(FreshNonce(key)), cipher(DerivePayloadKey(key, nonce)) {}

  // Seals whole chunks into `out`, which has room for exactly them.
  void SealWhole(ByteView plaintext, MutableByteView out) {
    const std::size_t count = plaintext.size() / kChunkSize;
    for (std::size_t i = 0; i < count; ++i) {
      cipher.Seal(next++, /*last=*/false, plaintext.subspan(i * kChunkSize, kChunkSize),
                  out.subspan(i * kSealedChunkSize, kSealedChunkSize));
    }
  }

  const PayloadNonce nonce;
  PayloadCipher cipher;
  std::uint64_t next = 0;  // Index of the next chunk.
  bool done = false;
};

Sealer::Sealer(const FileKey& key) : stream_(std::make_unique<Stream>(key)) {}
Sealer::~Sealer() = default;
Sealer::Sealer(Sealer&&) noexcept = default;

ByteView Sealer::nonce() const { return stream_->nonce.view(); }

void Sealer::SealBatch(ByteView plaintext, Bytes& out) {
  assert(plaintext.size() % kChunkSize == 0 && !stream_->done);
  const std::size_t start = out.size();
  out.resize(start + plaintext.size() / kChunkSize * kSealedChunkSize);
  stream_->SealWhole(plaintext, MutableByteView(out).subspan(start));
}

void Sealer::Finish(ByteView chunk, Bytes& out) {
  assert(chunk.size() <= kChunkSize && !stream_->done);
  assert(!chunk.empty() || stream_->next == 0);
  const std::size_t start = out.size();
  out.resize(start + chunk.size() + kChunkTagSize);
  stream_->cipher.Seal(stream_->next, /*last=*/true, chunk, MutableByteView(out).subspan(start));
  stream_->done = true;
}

struct Opener::Stream {
  Stream(const FileKey& key, const PayloadNonce& nonce) : cipher(DerivePayloadKey(key, nonce)) {}

  // Opens whole, non-last chunks into `out`, which has room for exactly them and is all
  // zeros after a failure.
  absl::Status OpenWhole(ByteView sealed, MutableByteView out) {
    for (; !sealed.empty(); sealed = sealed.subspan(kSealedChunkSize), ++next) {
      const std::size_t at = out.size() - sealed.size() / kSealedChunkSize * kChunkSize;
      if (!cipher.Open(next, /*last=*/false, sealed.first(kSealedChunkSize),
                       out.subspan(at, kChunkSize))) {
        Wipe(out);
        failed = true;
        return Damaged(next);
      }
    }
    return absl::OkStatus();
  }

  // REQUIRES: CheckLastChunk(next, sealed.size()).ok().
  absl::Status OpenLast(ByteView sealed, MutableByteView out) {
    if (!cipher.Open(next, /*last=*/true, sealed, out)) {
      failed = true;
      return Damaged(next);
    }
    done = true;
    return absl::OkStatus();
  }

  absl::Status CheckUsable() const {
    if (failed) return absl::DataLossError("an earlier chunk did not open");
    if (done) return absl::DataLossError("bytes follow the last chunk");
    return absl::OkStatus();
  }

  PayloadCipher cipher;
  std::uint64_t next = 0;
  bool done = false;
  bool failed = false;
};

absl::StatusOr<Opener> Opener::Create(const FileKey& key, ByteView nonce) {
  const std::optional<PayloadNonce> exact = PayloadNonce::From(nonce);
  if (!exact) {
    return absl::InvalidArgumentError(absl::StrCat("payload nonce is ", nonce.size(),
                                                   " bytes long, expected ", kPayloadNonceSize));
  }
  return Opener(std::make_unique<Stream>(key, *exact));
}

Opener::Opener(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}
Opener::Opener(Opener&&) noexcept = default;
Opener::~Opener() = default;

bool Opener::done() const { return stream_->done; }

absl::Status Opener::OpenBatch(ByteView sealed, Bytes& out) {
  assert(sealed.size() % kSealedChunkSize == 0);
  if (absl::Status status = stream_->CheckUsable(); !status.ok()) return status;
  const std::size_t start = out.size();
  out.resize(start + sealed.size() / kSealedChunkSize * kChunkSize);
  const absl::Status status = stream_->OpenWhole(sealed, MutableByteView(out).subspan(start));
  if (!status.ok()) out.resize(start);
  return status;
}

absl::Status Opener::Finish(ByteView sealed, Bytes& out) {
  if (absl::Status status = stream_->CheckUsable(); !status.ok()) return status;
  if (absl::Status status = CheckLastChunk(stream_->next, sealed.size()); !status.ok()) {
    stream_->failed = true;
    return status;
  }
  const std::size_t start = out.size();
  out.resize(start + sealed.size() - kChunkTagSize);
  const absl::Status status = stream_->OpenLast(sealed, MutableByteView(out).subspan(start));
  if (!status.ok()) out.resize(start);
  return status;
}

Bytes SealSmall(const FileKey& key, ByteView plaintext, std::uint64_t padded_length) {
  assert(padded_length >= plaintext.size());
  SecretBuffer padded(padded_length);
  std::copy(plaintext.begin(), plaintext.end(), padded.ExposeMutable().begin());
  const std::size_t whole = padded.size() == 0 ? 0 : (padded.size() - 1) / kChunkSize * kChunkSize;
  Sealer sealer(key);
  Bytes out(sealer.nonce().begin(), sealer.nonce().end());
  out.reserve(SealedLength(padded_length));
  sealer.SealBatch(padded.Expose().first(whole), out);
  sealer.Finish(padded.Expose().subspan(whole), out);
  return out;
}

PayloadDigest DigestAsSealedBefore(const FileKey& key, ByteView nonce, ByteView plaintext,
                                   std::uint64_t padded_length) {
  assert(nonce.size() == kPayloadNonceSize && padded_length >= plaintext.size());
  const PayloadNonce exact = *PayloadNonce::From(nonce);
  PayloadCipher cipher(DerivePayloadKey(key, exact));
  Sha256Stream hash;
  hash.Update(nonce);
  SecretBuffer chunk(kChunkSize);
  Bytes sealed(kSealedChunkSize);
  std::uint64_t index = 0;
  std::uint64_t at = 0;
  do {
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(kChunkSize, padded_length - at));
    const MutableByteView room = chunk.ExposeMutable().first(size);
    const std::size_t from = std::min<std::size_t>(at, plaintext.size());
    const ByteView text = plaintext.subspan(from, std::min(size, plaintext.size() - from));
    std::fill(std::copy(text.begin(), text.end(), room.begin()), room.end(), std::uint8_t{0});
    at += size;
    const MutableByteView out = MutableByteView(sealed).first(size + kChunkTagSize);
    cipher.Seal(index++, /*last=*/at == padded_length, room, out);
    hash.Update(out);
  } while (at < padded_length);
  Wipe(sealed);
  return {.length = SealedLength(padded_length), .sha256 = hash.Finish()};
}

absl::StatusOr<SecretBuffer> OpenSmall(const FileKey& key, ByteView payload) {
  if (payload.size() < SealedLength(0)) {
    return absl::DataLossError(
        absl::StrCat("payload is ", payload.size(), " bytes long, below ", SealedLength(0)));
  }
  absl::StatusOr<Opener> opener = Opener::Create(key, payload.first(kPayloadNonceSize));
  if (!opener.ok()) return opener.status();
  const ByteView sealed = payload.subspan(kPayloadNonceSize);
  const std::size_t whole = (sealed.size() - 1) / kSealedChunkSize;
  const ByteView last = sealed.subspan(whole * kSealedChunkSize);
  if (absl::Status status = CheckLastChunk(whole, last.size()); !status.ok()) return status;
  Opener::Stream& stream = *opener->stream_;
  SecretBuffer out(whole * kChunkSize + last.size() - kChunkTagSize);
  const MutableByteView room = out.ExposeMutable();
  if (absl::Status status =
          stream.OpenWhole(sealed.first(whole * kSealedChunkSize), room.first(whole * kChunkSize));
      !status.ok()) {
    return status;
  }
  if (absl::Status status = stream.OpenLast(last, room.subspan(whole * kChunkSize)); !status.ok()) {
    return status;
  }
  return out;
}

}  // namespace amparo
