// The contents of bundles of kind 2 and 3: acts to be sent on, and what became of them.
// Spec: docs/spec/bundle.md, "Kind 2" and "Kind 3"; this file is their only reader and writer.
//
// Thread safety: values; the functions are independent.

#ifndef AMPARO_CLIENT_BUNDLE_ACTS_H_
#define AMPARO_CLIENT_BUNDLE_ACTS_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/bundle_file.h"
#include "client/connection.h"
#include "client/outbox_item.h"
#include "crypto/bytes.h"
#include "statement/ids.h"

namespace amparo::client {

// Where an act and its payloads, in the order of its parts, stand in a file. `payloads` is the
// reader's.
struct BundleActPlace {
  BundleSection act;
  std::span<const BundleSection> payloads;
};
struct BundleAct {
  Bytes statement;
  std::vector<GrantBytes> grants;
  std::vector<ObjectBytes> objects;
  std::vector<ItemPart> parts;  // `start`: in its section.
};

// The content of an act's section. `item.parts[].start` is not part of it.
Bytes EncodeAct(const OutboxItem& item);
// The act without its payloads; each is begun by BeginActPayload and its bytes follow.
absl::Status WriteAct(BundleWriter& file, const OutboxItem& item);
absl::Status BeginActPayload(BundleWriter& file, const ItemPart& part);
// Where the acts stand, each held once against what the two above write, and none kept.
// REQUIRES: a reader of kind 2. DATA_LOSS, reason BUNDLE_DAMAGED: something else.
absl::StatusOr<std::vector<BundleActPlace>> FindActs(const BundleReader& file);
// DATA_LOSS, reason BUNDLE_DAMAGED: the file has changed since FindActs.
absl::StatusOr<BundleAct> ReadAct(const BundleReader& file, const BundleActPlace& place);

// What a server answered, with the proof of it, or that it refused, which nothing proves.
struct BundleReceipt {
  Hash statement = {};
  absl::Status refusal = {};  // OK: it is stored, and the rest counts.
  Position position = {};
  Bytes storage_signature = {};
  std::string note = {};
  std::vector<Hash> path = {};
};
absl::Status WriteReceipt(BundleWriter& file, const BundleReceipt& receipt);
// REQUIRES: a reader of kind 3. DATA_LOSS, reason BUNDLE_DAMAGED: not what WriteReceipt writes.
absl::StatusOr<std::vector<BundleReceipt>> ReadReceipts(const BundleReader& file);

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_BUNDLE_ACTS_H_
