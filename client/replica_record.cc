#include "client/replica_record.h"

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "audit/log_entry.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

// The format: 1, and what the record is.
constexpr std::uint8_t kLight = 1;
constexpr std::uint8_t kAnew = 2;
constexpr std::uint8_t kAtEpoch = 4;  // With kAnew.
constexpr std::uint8_t kFormatMax = 1 + kLight + kAnew + kAtEpoch;

std::uint8_t FormatOf(const ReplicaRecord& record) {
  int format = 1;
  if (record.light) format += kLight;
  if (record.anew) format += kAnew;
  if (record.epoch.has_value()) format += kAtEpoch;
  return static_cast<std::uint8_t>(format);
}

Bytes CopyOf(ByteView view) { return Bytes(view.begin(), view.end()); }

void WriteStatements(Writer& out, const std::vector<PositionedStatement>& statements) {
  out.U32(static_cast<std::uint32_t>(statements.size()));
  for (const PositionedStatement& next : statements) {
    out.U64(next.position.value);
    out.Vec32(next.statement);
  }
}

std::vector<PositionedStatement> ReadStatements(Reader& in) {
  std::vector<PositionedStatement> out;
  const std::uint32_t count = in.U32("statements");
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    PositionedStatement next;
    next.position = Position{in.U64("position")};
    next.statement = CopyOf(in.Vec32(kSignedStatementBytesMax, "statement"));
    out.push_back(std::move(next));
  }
  return out;
}

// REQUIRES: at most 255 hashes; see kPathHashesMax.
void WritePath(Writer& out, const std::vector<Hash>& path) {
  out.U8(static_cast<std::uint8_t>(path.size()));
  for (const Hash& hash : path) out.Fixed(hash);
}

std::vector<Hash> ReadPath(Reader& in) {
  std::vector<Hash> path;
  const std::uint8_t count = in.U8("path");
  for (std::uint8_t i = 0; i < count && in.ok(); ++i) path.push_back(in.Fixed<Hash>("hash"));
  return path;
}

void WriteChain(Writer& out, const RecordedChain& chain, bool light) {
  out.U8(static_cast<std::uint8_t>(chain.type));
  out.Fixed(chain.subject);
  out.U32(chain.from);
  out.U8(chain.visible ? 1 : 0);
  WriteStatements(out, chain.statements);
  if (light) WriteStatements(out, chain.ticks);
}

RecordedChain ReadChain(Reader& in, bool light) {
  RecordedChain chain;
  chain.type = static_cast<SubjectType>(in.U8("subject type"));
  chain.subject = in.Fixed<SubjectId>("subject");
  chain.from = in.U32("from");
  chain.visible = in.U8("visible") != 0;
  chain.statements = ReadStatements(in);
  if (light) chain.ticks = ReadStatements(in);
  return chain;
}

void ReadEntries(Reader& in, ReplicaRecord& record) {
  const std::uint32_t entries = in.U32("entries");
  for (std::uint32_t i = 0; i < entries && in.ok(); ++i) {
    SyncEntry entry;
    entry.leaf = CopyOf(in.Raw(audit::kLeafFieldBytes, "leaf"));
    entry.statement = CopyOf(in.Vec32(kSignedStatementBytesMax, "statement"));
    record.entries.push_back(std::move(entry));
  }
}

}  // namespace

Bytes EncodeReplicaRecord(const ReplicaRecord& record) {
  Writer out;
  out.U8(FormatOf(record));
  if (record.epoch.has_value()) WriteStatements(out, {*record.epoch});
  out.Vec16(AsBytes(record.note));
  if (record.light) {
    WritePath(out, record.consistency);
    WriteStatements(out, record.statements);
  } else {
    out.U32(static_cast<std::uint32_t>(record.entries.size()));
    for (const SyncEntry& entry : record.entries) {
      out.Raw(entry.leaf);
      out.Vec32(entry.statement);
    }
  }
  out.U32(static_cast<std::uint32_t>(record.chains.size()));
  for (const RecordedChain& chain : record.chains) WriteChain(out, chain, record.light);
  if (!record.light) return out.Take();
  out.U32(static_cast<std::uint32_t>(record.proofs.size()));
  for (const RecordedProof& proof : record.proofs) {
    out.U64(proof.position.value);
    WritePath(out, proof.path);
  }
  return out.Take();
}

absl::StatusOr<ReplicaRecord> DecodeReplicaRecord(ByteView bytes) {
  Reader in(bytes);
  ReplicaRecord record;
  const std::uint8_t format = in.U8("format");
  if (format < 1 || format > kFormatMax) in.Fail("format", "unknown");
  const int is = format - 1;
  record.light = (is & kLight) != 0;
  record.anew = (is & kAnew) != 0;
  if ((is & kAtEpoch) != 0) {
    const auto epoch = ReadStatements(in);
    if (epoch.size() != 1 || !record.anew) in.Fail("log epoch", "not one, or nothing is anew");
    if (!epoch.empty()) record.epoch = epoch.front();
  }
  record.note = std::string(AsText(in.Vec16(audit::kCheckpointBytesMax, "checkpoint")));
  if (record.light) {
    record.consistency = ReadPath(in);
    record.statements = ReadStatements(in);
  } else {
    ReadEntries(in, record);
  }
  const std::uint32_t chains = in.U32("chains");
  for (std::uint32_t i = 0; i < chains && in.ok(); ++i) {
    record.chains.push_back(ReadChain(in, record.light));
  }
  if (record.light) {
    const std::uint32_t proofs = in.U32("proofs");
    for (std::uint32_t i = 0; i < proofs && in.ok(); ++i) {
      RecordedProof proof;
      proof.position = Position{in.U64("position")};
      proof.path = ReadPath(in);
      record.proofs.push_back(std::move(proof));
    }
  }
  if (auto status = in.Finish("replica record"); !status.ok()) {
    return absl::DataLossError(absl::StrCat("the home's replica is damaged: ", status.message()));
  }
  return record;
}

}  // namespace amparo::client
