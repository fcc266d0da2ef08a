#include "crypto/age_file.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/age_header.h"
#include "crypto/age_stanza.h"
#include "crypto/grant.h"
#include "crypto/payload_cipher.h"
#include "crypto/sealed_object.h"

namespace amparo {
namespace {

constexpr std::size_t kReadSize = 4096;
constexpr std::size_t kBatchChunks = 16;

// Appends from `source` until `buffer` has `size` bytes or the source is at its end.
absl::Status FillTo(std::size_t size, const ByteSource& source, Bytes& buffer) {
  std::size_t have = buffer.size();
  if (have >= size) return absl::OkStatus();
  buffer.resize(size);
  while (have < size) {
    const absl::StatusOr<std::size_t> count = source(MutableByteView(buffer).subspan(have));
    if (!count.ok() || *count == 0) {
      buffer.resize(have);
      return count.status();
    }
    have += *count;
  }
  return absl::OkStatus();
}

// Passes over "not for this key" and stops at anything else.
absl::StatusOr<FileKey> UnwrapAny(const std::vector<AgeStanza>& stanzas, const AgeKeys& keys) {
  for (const AgeStanza& stanza : stanzas) {
    if (stanza.arguments[0] == kScryptStanzaType && stanzas.size() > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("scrypt stanza is one of ", stanzas.size(), ", and must be alone"));
    }
  }
  for (const AgeStanza& stanza : stanzas) {
    if (stanza.arguments[0] == kX25519StanzaType) {
      for (const Identity& identity : keys.identities) {
        absl::StatusOr<FileKey> key = UnwrapX25519(stanza, identity);
        if (!absl::IsPermissionDenied(key.status())) return key;
      }
    } else if (stanza.arguments[0] == kScryptStanzaType) {
      for (const ByteView passphrase : keys.passphrases) {
        absl::StatusOr<FileKey> key = UnwrapScrypt(
            stanza, passphrase, {.min = keys.work_factor_min, .max = keys.work_factor_max});
        if (!absl::IsPermissionDenied(key.status())) return key;
      }
    }
  }
  return absl::PermissionDeniedError(
      absl::StrCat("none of the ", stanzas.size(), " stanzas is for a key at hand"));
}

absl::StatusOr<ParsedAgeHeader> ReadHeader(const ByteSource& source, Bytes& buffer) {
  for (;;) {
    const std::size_t before = buffer.size();
    if (absl::Status status = FillTo(before + kReadSize, source, buffer); !status.ok()) {
      return status;
    }
    absl::StatusOr<ParsedAgeHeader> parsed = ParseAgeHeader(buffer);
    if (!absl::IsOutOfRange(parsed.status())) return parsed;
    if (buffer.size() == before) {
      return absl::InvalidArgumentError(
          absl::StrCat("age header is cut short after ", before, " bytes"));
    }
  }
}

}  // namespace

AgeReader::AgeReader(ByteSource source, Bytes buffered, FileKey key, Bytes nonce)
    : source_(std::move(source)),
      buffered_(std::move(buffered)),
      key_(std::move(key)),
      nonce_(std::move(nonce)) {}

absl::Status AgeReader::Buffer(std::size_t size) { return FillTo(size, source_, buffered_); }

absl::StatusOr<AgeReader> AgeReader::Create(ByteSource source, const AgeKeys& keys) {
  Bytes buffer;
  const absl::StatusOr<ParsedAgeHeader> parsed = ReadHeader(source, buffer);
  if (!parsed.ok()) return parsed.status();
  absl::StatusOr<FileKey> key = UnwrapAny(parsed->header.stanzas, keys);
  if (!key.ok()) return key.status();
  const AgeMac mac = ComputeAgeMac(*key, ByteView(buffer).first(parsed->mac_covers));
  if (!EqualConstantTime(mac.view(), parsed->header.mac.view())) {
    return absl::DataLossError("age header does not match its MAC");
  }
  const std::size_t payload_start = parsed->size + kPayloadNonceSize;
  if (absl::Status status = FillTo(payload_start, source, buffer); !status.ok()) return status;
  if (buffer.size() < payload_start) {
    return absl::InvalidArgumentError(
        absl::StrCat("age file ends after ", buffer.size(), " bytes, within the payload nonce"));
  }
  const auto nonce_start = buffer.begin() + static_cast<std::ptrdiff_t>(parsed->size);
  const auto nonce_end = buffer.begin() + static_cast<std::ptrdiff_t>(payload_start);
  Bytes nonce(nonce_start, nonce_end);
  buffer.erase(buffer.begin(), nonce_end);
  return AgeReader(std::move(source), std::move(buffer), *std::move(key), std::move(nonce));
}

absl::Status AgeReader::CopyTo(const ByteSink& sink) {
  PayloadCipher cipher(DerivePayloadKey(key_, *PayloadNonce::From(nonce_)));
  Bytes plaintext;
  for (std::uint64_t index = 0;; ++index) {
    if (absl::Status status = Buffer(kSealedChunkSize); !status.ok()) return status;
    const std::size_t size = std::min(buffered_.size(), kSealedChunkSize);
    const ByteView sealed = ByteView(buffered_).first(size);
    if (absl::Status status = CheckLastChunk(index, size); !status.ok()) return status;
    plaintext.resize(size - kChunkTagSize);
    // A chunk of full length may be the last one or not; a short one can only be the last.
    const bool middle =
        size == kSealedChunkSize && cipher.Open(index, /*last=*/false, sealed, plaintext);
    const bool last = !middle && cipher.Open(index, /*last=*/true, sealed, plaintext);
    if (!middle && !last) {
      return absl::DataLossError(absl::StrCat("chunk ", index, " of the age file does not open"));
    }
    if (absl::Status status = sink(plaintext); !status.ok()) return status;
    buffered_.erase(buffered_.begin(), buffered_.begin() + static_cast<std::ptrdiff_t>(size));
    if (last) break;
  }
  if (absl::Status status = Buffer(1); !status.ok()) return status;
  if (!buffered_.empty()) return absl::DataLossError("bytes follow the last chunk of the age file");
  return absl::OkStatus();
}

absl::Status WriteAgeFile(const Recipient& recipient, const ByteSource& source,
                          const ByteSink& sink) {
  const FileKey key = FileKey::Random();
  absl::StatusOr<Bytes> out = MakeGrant(key, recipient);
  if (!out.ok()) return out.status();
  Sealer sealer(key);
  AppendTo(*out, sealer.nonce());
  Bytes plaintext;
  for (;;) {
    // One byte more than a batch, to know whether the batch ends the file.
    if (absl::Status status = FillTo(kBatchChunks * kChunkSize + 1, source, plaintext);
        !status.ok()) {
      return status;
    }
    const bool last = plaintext.size() <= kBatchChunks * kChunkSize;
    const std::size_t whole =
        plaintext.empty() ? 0 : (plaintext.size() - 1) / kChunkSize * kChunkSize;
    sealer.SealBatch(ByteView(plaintext).first(whole), *out);
    plaintext.erase(plaintext.begin(), plaintext.begin() + static_cast<std::ptrdiff_t>(whole));
    if (last) sealer.Finish(plaintext, *out);
    if (absl::Status status = sink(*out); !status.ok()) return status;
    if (last) return absl::OkStatus();
    out->clear();
  }
}

}  // namespace amparo
