#include "tests/audit/example_log.h"

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "audit/checkpoint.h"
#include "audit/cosignature.h"
#include "audit/log_entry.h"
#include "audit/merkle.h"
#include "audit/proof.h"
#include "audit/storage_receipt.h"
#include "audit/tlog_proof.h"
#include "tests/statement/random_bodies.h"
#include "tests/statement/vector_cases.h"

namespace amparo::audit {
namespace {

SignedStatement ExampleNamed(absl::string_view name) {
  for (const VectorCase& vector : VectorCases()) {
    if (vector.name == name) return *DecodeSigned(vector.bytes);
  }
  return {};
}

const std::vector<std::string>& Names() {
  static const auto* const kNames =
      new std::vector<std::string>{"good_policy", "good_tick", "good_accept"};
  return *kNames;
}

std::string OnOneLine(absl::string_view text) { return absl::StrReplaceAll(text, {{"\n", "\\n"}}); }

// The nodes that the example's tree completed.
std::map<NodeId, Hash> ExampleNodes() {
  std::map<NodeId, Hash> nodes;
  Frontier frontier;
  for (const std::string& name : Names()) {
    const std::uint64_t position = frontier.size().value;
    std::uint8_t level = 0;
    for (const Hash& root : frontier.Append(LeafHash(LeafOf(ExampleNamed(name))))) {
      nodes[{.level = level, .index = position >> level}] = root;
      ++level;
    }
  }
  return nodes;
}

NodeSource ExampleSource() {
  return
      [nodes = ExampleNodes()](const NodeId& id) -> absl::StatusOr<Hash> { return nodes.at(id); };
}

std::string HexPath(const std::vector<Hash>& path) {
  std::string out;
  for (const Hash& hash : path) absl::StrAppend(&out, " ", ToHex(hash));
  return out;
}

std::string ExampleHead() {
  Frontier frontier;
  for (const std::string& name : Names()) frontier.Append(LeafHash(LeafOf(ExampleNamed(name))));
  return SignCheckpoint(ExampleNamed("good_tick").statement.org,
                        {.size = frontier.size(), .root = frontier.Root()}, KeyNumber(4));
}

}  // namespace

std::string ExampleLogText() {
  std::string out =
      "comment: the leaves of good_policy, good_tick and good_accept of ../statement; the log's\n"
      "comment: key has the seed 32 x 04; notes are written with \\n for their newlines\n";
  Frontier frontier;
  for (const std::string& name : Names()) {
    const SignedStatement statement = ExampleNamed(name);
    const Leaf leaf = LeafOf(statement);
    frontier.Append(LeafHash(leaf));
    const std::string note = SignCheckpoint(
        statement.statement.org, {.size = frontier.size(), .root = frontier.Root()}, KeyNumber(4));
    absl::StrAppend(&out, "statement: ", name, "\n");
    absl::StrAppend(&out, "tag: ", ToHex(leaf.tag), "\n");
    absl::StrAppend(&out, "leaf-input: ", ToHex(LeafInput(leaf)), "\n");
    absl::StrAppend(&out, "leaf-hash: ", ToHex(LeafHash(leaf)), "\n");
    absl::StrAppend(&out, "root: ", ToHex(frontier.Root()), "\n");
    absl::StrAppend(&out, "checkpoint: ", OnOneLine(note), "\n");
  }
  return out;
}

std::string ExampleProofsText() {
  std::string out =
      "comment: proofs about the tree of three_leaves.txt\n"
      "comment: inclusion: position, size, then the path; consistency: sizes, then the path\n";
  for (std::uint64_t size = 1; size <= Names().size(); ++size) {
    for (std::uint64_t position = 0; position < size; ++position) {
      absl::StrAppend(&out, "inclusion: ", position, " ", size,
                      HexPath(*ProveInclusion({position}, {size}, ExampleSource())), "\n");
    }
  }
  for (std::uint64_t to = 1; to <= Names().size(); ++to) {
    for (std::uint64_t from = 0; from <= to; ++from) {
      absl::StrAppend(&out, "consistency: ", from, " ", to,
                      HexPath(*ProveConsistency({from}, {to}, ExampleSource())), "\n");
    }
  }
  return out;
}

std::string ExampleCosignedText() {
  std::string out =
      "comment: the checkpoint of size 3 of three_leaves.txt, cosigned by a member's device, that\n"
      "comment: of the certificate in good_certify of ../statement (its key has the seed 32 x "
      "01),\n"
      "comment: and by a partner (32 x 09); and the proof of the third leaf as a tlog-proof\n";
  const SignedStatement certify = ExampleNamed("good_certify");
  const auto body = DecodeBody(certify.statement.kind, certify.statement.body);
  const Hash certificate = HashOf(std::get<Certify>(body->act).certificate);
  absl::StrAppend(&out, "certificate: ", ToHex(certificate), "\n");
  struct Cosigner {
    std::string name;
    std::uint8_t key;
    std::uint64_t time;
  };
  const Cosigner cosigners[] = {
      {.name = CosignerNameOf(certificate), .key = 1, .time = 1790000000},
      {.name = "witness.example/amparo", .key = 9, .time = 1790000060},
  };
  std::string note = ExampleHead();
  for (const Cosigner& cosigner : cosigners) {
    const SigningKey key = KeyNumber(cosigner.key);
    const std::string line = *Cosign(cosigner.name, key, {cosigner.time}, note);
    note = *AttachSignature(note, line);
    absl::StrAppend(
        &out, "witness: ", FormatWitness({.name = cosigner.name, .key = key.verify_key()}), "\n");
    absl::StrAppend(&out, "time: ", cosigner.time, "\n");
    absl::StrAppend(&out, "line: ", OnOneLine(line), "\n");
  }
  absl::StrAppend(&out, "cosigned: ", OnOneLine(note), "\n");
  const TlogProof proof{.extra = std::nullopt,
                        .index = {2},
                        .path = *ProveInclusion({2}, {3}, ExampleSource()),
                        .checkpoint = note};
  absl::StrAppend(&out, "tlog-proof: ", OnOneLine(FormatTlogProof(proof)), "\n");
  return out;
}

std::string ExampleStoredText() {
  std::string out =
      "comment: the receipt of storage of good_submit of ../statement at position 258, by a log "
      "whose\n"
      "comment: key has the seed 32 x 04; notes are written with \\n for their newlines\n";
  const SignedStatement submit = ExampleNamed("good_submit");
  const auto body = DecodeBody(submit.statement.kind, submit.statement.body);
  const OrgId& org = submit.statement.org;
  const Signature signature =
      SignStorageReceipt(org, {258}, HashOf(submit), body->objects, KeyNumber(4));
  absl::StrAppend(&out, "position: 258\n");
  absl::StrAppend(&out, "signed-statement: ", ToHex(HashOf(submit)), "\n");
  absl::StrAppend(&out, "signature: ", ToHex(signature), "\n");
  absl::StrAppend(&out, "receipt: ",
                  OnOneLine(FormatStorageReceipt(org, {258}, HashOf(submit), body->objects,
                                                 KeyNumber(4).verify_key(), signature.view())),
                  "\n");
  return out;
}

}  // namespace amparo::audit
