#include "client/transfer.h"

#include <algorithm>
#include <array>
#include <deque>
#include <fstream>
#include <future>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"

namespace amparo::client {
namespace {

// One message of at most 1 MiB, nonce included.
constexpr std::size_t kBatchChunks = 15;
constexpr std::size_t kBatchBytes = kBatchChunks * kChunkSize;

// The bytes of a file, then zeros up to the padded length.
class PaddedFile {
 public:
  PaddedFile(const std::string& path, std::uint64_t size)
      : path_(path), file_(path, std::ios::binary), size_(size), left_(PaddedPartLength(size)) {}

  // Fills `out` with the next bytes; `content` says how many of them are the file's.
  absl::Status Read(MutableByteView out, std::size_t& content) {
    content = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - read_));
    file_.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(content));
    const auto got = static_cast<std::uint64_t>(file_.gcount());
    read_ += got;
    if (got != content) return Changed(absl::StrCat("ended after ", read_, " bytes"));
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(content), out.end(), std::uint8_t{0});
    left_ -= out.size();
    if (read_ == size_ && content > 0 && file_.peek() != std::ifstream::traits_type::eof()) {
      return Changed("is longer now");
    }
    return absl::OkStatus();
  }
  std::uint64_t left() const { return left_; }

 private:
  absl::Status Changed(absl::string_view how) const {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, " was ", size_, " bytes and ", how, ": it changed while it was read"));
  }

  std::string path_;
  std::ifstream file_;
  std::uint64_t size_;
  std::uint64_t left_;
  std::uint64_t read_ = 0;
};

struct SealedBatch {
  Bytes sealed;
  std::size_t content = 0;  // Plaintext bytes of the file in it.
  bool last = false;
};

// Makes the payload of one part, batch by batch.
class PartSealer {
 public:
  PartSealer(const FileKey& key, const std::string& path, std::uint64_t size)
      : sealer_(key), file_(path, size), plain_(kBatchBytes) {}

  absl::StatusOr<SealedBatch> Next() {
    SealedBatch batch;
    batch.sealed.reserve(kPayloadNonceSize + kBatchChunks * kSealedChunkSize);
    if (!started_) AppendTo(batch.sealed, sealer_.nonce());
    started_ = true;
    const auto length =
        static_cast<std::size_t>(std::min<std::uint64_t>(kBatchBytes, file_.left()));
    const MutableByteView plain(plain_.data(), length);
    if (absl::Status s = file_.Read(plain, batch.content); !s.ok()) return s;
    plaintext_hash_.Update(ByteView(plain.data(), batch.content));
    batch.last = file_.left() == 0;
    // The last chunk is sealed apart; it is never empty, for a part never is.
    const std::size_t whole = batch.last ? (length - 1) / kChunkSize * kChunkSize : length;
    if (whole > 0) sealer_.SealBatch(ByteView(plain).first(whole), batch.sealed);
    if (batch.last) sealer_.Finish(ByteView(plain).subspan(whole), batch.sealed);
    payload_hash_.Update(batch.sealed);
    return batch;
  }
  // REQUIRES: the last batch was made.
  Hash FinishPlaintextHash() { return plaintext_hash_.Finish(); }
  Hash FinishPayloadHash() { return payload_hash_.Finish(); }
  ~PartSealer() { Wipe(plain_); }

 private:
  Sealer sealer_;
  PaddedFile file_;
  Bytes plain_;
  Sha256Stream plaintext_hash_;
  Sha256Stream payload_hash_;
  bool started_ = false;
};

// What a PartSealer makes, as it is asked for: one batch is sealed while the one before it is
// sent. The newest bytes are kept, for those which a broken connection lost are sent again.
class SealingSource final : public PayloadSource {
 public:
  SealingSource(PartSealer& sealer, const BytesMoved& moved) : sealer_(sealer), moved_(moved) {
    coming_ = Seal();
  }

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) override {
    if (offset < start_) {
      return absl::UnavailableError("the server has lost what it had of an upload; send it again");
    }
    std::size_t filled = 0;
    while (filled < out.size()) {
      while (offset + filled >= end_) {
        if (is_whole_) return filled;
        if (absl::Status s = MakeMore(); !s.ok()) return s;
      }
      std::uint64_t at = start_;
      for (const Bytes& batch : batches_) {
        if (offset + filled < at + batch.size()) {
          const ByteView rest =
              ByteView(batch).subspan(static_cast<std::size_t>(offset + filled - at));
          const std::size_t taken = std::min(rest.size(), out.size() - filled);
          std::copy_n(rest.begin(), taken, out.begin() + static_cast<std::ptrdiff_t>(filled));
          filled += taken;
          break;
        }
        at += batch.size();
      }
    }
    return filled;
  }
  absl::StatusOr<Hash> Sha256() override {
    while (!is_whole_) {
      if (absl::Status s = MakeMore(); !s.ok()) return s;
    }
    if (!sha256_.has_value()) sha256_ = sealer_.FinishPayloadHash();
    return *sha256_;
  }

 private:
  // More than a server may hold without making it durable, and what is under way besides.
  static constexpr std::size_t kKeptBytes = 24 * 1024 * 1024;

  std::future<absl::StatusOr<SealedBatch>> Seal() {
    return std::async(std::launch::async, [this] { return sealer_.Next(); });
  }
  absl::Status MakeMore() {
    if (!failed_.ok()) return failed_;
    absl::StatusOr<SealedBatch> batch = coming_.get();
    if (!batch.ok()) return failed_ = batch.status();
    is_whole_ = batch->last;
    if (!is_whole_) coming_ = Seal();
    if (moved_ && batch->content > 0) moved_(batch->content);
    end_ += batch->sealed.size();
    batches_.push_back(std::move(batch->sealed));
    while (end_ - start_ - batches_.front().size() >= kKeptBytes) {
      start_ += batches_.front().size();
      batches_.pop_front();
    }
    return absl::OkStatus();
  }

  PartSealer& sealer_;
  const BytesMoved& moved_;
  std::deque<Bytes> batches_;
  std::uint64_t start_ = 0;
  std::uint64_t end_ = 0;
  bool is_whole_ = false;
  std::optional<Hash> sha256_;
  absl::Status failed_;
  std::future<absl::StatusOr<SealedBatch>> coming_;  // Last: it uses the sealer.
};

// A payload that is in memory.
class MemorySource final : public PayloadSource {
 public:
  MemorySource(ByteView payload, const Hash& sha256) : payload_(payload), sha256_(sha256) {}
  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) override {
    const auto from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, payload_.size()));
    const std::size_t taken = std::min(out.size(), payload_.size() - from);
    std::copy_n(payload_.begin() + static_cast<std::ptrdiff_t>(from), taken, out.begin());
    return taken;
  }
  absl::StatusOr<Hash> Sha256() override { return sha256_; }

 private:
  ByteView payload_;
  Hash sha256_;
};

absl::Status Differs(const ObjectRef& ref, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("part ", ToHex(ref.object), ": ", what, "; nothing of it was kept"));
}

// Opens a payload that comes in pieces of any size.
class PartOpener {
 public:
  PartOpener(const PartToFetch& part, const TransferSink& sink, const BytesMoved& moved)
      : part_(part), sink_(sink), moved_(moved) {}

  absl::Status Take(ByteView piece) {
    taken_ += piece.size();
    if (taken_ > part_.ref.payload_length) return Differs(part_.ref, "more bytes than it has");
    payload_hash_.Update(piece);
    AppendTo(buffered_, piece);
    if (!opener_.has_value()) {
      if (buffered_.size() < kPayloadNonceSize) return absl::OkStatus();
      absl::StatusOr<Opener> opener =
          Opener::Create(*part_.key, ByteView(buffered_).first(kPayloadNonceSize));
      if (!opener.ok()) return opener.status();
      opener_.emplace(std::move(*opener));
      buffered_.erase(buffered_.begin(), buffered_.begin() + kPayloadNonceSize);
    }
    // The last chunk stays: one byte beyond a whole chunk must be there to show it is not last.
    const std::size_t whole =
        buffered_.empty() ? 0 : (buffered_.size() - 1) / kSealedChunkSize * kSealedChunkSize;
    if (whole < kBatchChunks * kSealedChunkSize && taken_ < part_.ref.payload_length) {
      return absl::OkStatus();
    }
    return Open(whole);
  }

  absl::Status Finish() {
    if (taken_ != part_.ref.payload_length || !opener_.has_value()) {
      return Differs(part_.ref, absl::StrCat(taken_, " bytes came of ", part_.ref.payload_length));
    }
    Bytes plain;
    if (absl::Status s = opener_->Finish(buffered_, plain); !s.ok()) return s;
    if (absl::Status s = Give(plain); !s.ok()) return s;
    if (payload_hash_.Finish() != part_.ref.payload_sha256) {
      return Differs(part_.ref, "its bytes are not those the log names");
    }
    if (opened_ != PaddedPartLength(part_.size)) {
      return Differs(part_.ref, "its length is not what its manifest says");
    }
    if (plaintext_hash_.Finish() != part_.sha256) {
      return Differs(part_.ref, "its content is not what its manifest says");
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Open(std::size_t whole) {
    Bytes plain;
    plain.reserve(whole);
    if (absl::Status s = opener_->OpenBatch(ByteView(buffered_).first(whole), plain); !s.ok()) {
      return s;
    }
    buffered_.erase(buffered_.begin(), buffered_.begin() + static_cast<std::ptrdiff_t>(whole));
    return Give(plain);
  }

  absl::Status Give(Bytes& plain) {
    const std::uint64_t left = part_.size - std::min(part_.size, opened_);
    const auto content = static_cast<std::size_t>(std::min<std::uint64_t>(left, plain.size()));
    opened_ += plain.size();
    const ByteView padding = ByteView(plain).subspan(content);
    if (std::any_of(padding.begin(), padding.end(), [](std::uint8_t b) { return b != 0; })) {
      return Differs(part_.ref, "its padding is not zeros");
    }
    plaintext_hash_.Update(ByteView(plain).first(content));
    absl::Status status = absl::OkStatus();
    if (sink_ && content > 0) status = sink_(ByteView(plain).first(content));
    if (moved_ && content > 0) moved_(content);
    Wipe(plain);
    return status;
  }

  const PartToFetch& part_;
  const TransferSink& sink_;
  const BytesMoved& moved_;
  Bytes buffered_;
  std::optional<Opener> opener_;
  Sha256Stream payload_hash_;
  Sha256Stream plaintext_hash_;
  std::uint64_t taken_ = 0;
  std::uint64_t opened_ = 0;
};

}  // namespace

absl::StatusOr<SealedPart> SealAndUpload(Connection& connection, const std::string& path,
                                         std::uint64_t size, const BytesMoved& moved) {
  SealedPart part{.ref = {}, .key = FileKey::Random(), .sha256 = {}};
  part.ref.object = RandomId<ObjectId>();
  part.ref.object_class = ObjectClass::kPart;
  part.ref.commitment = CommitTo(part.key, part.ref.object);
  part.ref.payload_length = SealedLength(PaddedPartLength(size));
  PartSealer sealer(part.key, path, size);
  SealingSource source(sealer, moved);
  absl::StatusOr<UploadState> state = connection.Upload(
      {.object = part.ref.object, .length = part.ref.payload_length}, source, nullptr);
  if (!state.ok()) return state.status();
  absl::StatusOr<Hash> sha256 = source.Sha256();
  if (!sha256.ok()) return sha256.status();
  part.ref.payload_sha256 = *sha256;
  if (!state->sealed) {
    return absl::DataLossError(absl::StrCat("the server kept ", state->stored, " of ",
                                            part.ref.payload_length, " bytes of ", path));
  }
  part.sha256 = sealer.FinishPlaintextHash();
  return part;
}

absl::Status UploadPayload(Connection& connection, const SealedSmall& object) {
  MemorySource source(object.payload, object.ref.payload_sha256);
  absl::StatusOr<UploadState> state = connection.Upload(
      {.object = object.ref.object, .length = object.ref.payload_length}, source, nullptr);
  if (!state.ok()) return state.status();
  if (!state->sealed) return absl::DataLossError("the server kept only a piece of an object");
  return absl::OkStatus();
}

absl::StatusOr<Hash> HashFile(const std::string& path, std::uint64_t size) {
  std::ifstream file(path, std::ios::binary);
  Sha256Stream stream;
  Bytes buffer(kChunkSize);
  std::uint64_t total = 0;
  while (file) {
    file.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(buffer.size()));
    const auto got = static_cast<std::size_t>(file.gcount());
    total += got;
    stream.Update(ByteView(buffer).first(got));
  }
  Wipe(buffer);
  if (total != size) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " was ", size, " bytes and is ", total, " now: it changed"));
  }
  return stream.Finish();
}

absl::Status FetchPart(Connection& connection, const PartToFetch& part,
                       const TransferSink& plaintext, const TransferSink& payload,
                       const BytesMoved& moved) {
  const Commitment commitment = CommitTo(*part.key, part.ref.object);
  if (!EqualConstantTime(commitment.view(), part.ref.commitment.view())) {
    return Differs(part.ref, "the key in its manifest is not the one its author committed to");
  }
  if (part.ref.payload_length != SealedLength(PaddedPartLength(part.size))) {
    return Differs(part.ref, "its length is not what its manifest says");
  }
  PartOpener opener(part, plaintext, moved);
  const auto sink = [&](ByteView piece) -> absl::Status {
    if (payload) {
      if (absl::Status s = payload(piece); !s.ok()) return s;
    }
    return opener.Take(piece);
  };
  absl::Status status = connection.Download(part.type, part.subject, part.ref.object, 0,
                                            part.ref.payload_length, sink);
  if (!status.ok()) return status;
  return opener.Finish();
}

absl::StatusOr<Bytes> FetchPayload(Connection& connection, SubjectType type,
                                   const SubjectId& subject, const ObjectRef& ref,
                                   std::uint64_t max) {
  if (ref.payload_length > max) {
    return absl::ResourceExhaustedError(absl::StrCat("object ", ToHex(ref.object), " is ",
                                                     ref.payload_length, " bytes, over ", max));
  }
  Bytes payload;
  const auto sink = [&](ByteView piece) -> absl::Status {
    if (payload.size() + piece.size() > ref.payload_length) {
      return Differs(ref, "more bytes than it has");
    }
    AppendTo(payload, piece);
    return absl::OkStatus();
  };
  absl::Status status = connection.Download(type, subject, ref.object, 0, ref.payload_length, sink);
  if (!status.ok()) return status;
  if (payload.size() != ref.payload_length || Sha256(payload) != ref.payload_sha256) {
    return Differs(ref, "its bytes are not those the log names");
  }
  return payload;
}

}  // namespace amparo::client
