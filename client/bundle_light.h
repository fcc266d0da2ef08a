// A bundle of kind 1 played as a server to a light home. Whoever carries every leaf of the log can
// make each proof that a server would make; the home verifies them against a head that the log
// signed, and so believes the bundle as little as a server.
// Spec: docs/spec/bundle.md, "Taking it in"; docs/spec/client-checks.md, "Full and light".
//
// Thread safety: as Connection.

#ifndef AMPARO_CLIENT_BUNDLE_LIGHT_H_
#define AMPARO_CLIENT_BUNDLE_LIGHT_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "client/bundle_connection.h"
#include "client/log_tree.h"

namespace amparo::client {

// Answers Checkpoint, Light and Prove, and what BundleConnection does.
class LightBundleConnection final : public BundleConnection {
 public:
  // Borrowed. FAILED_PRECONDITION, reason HOME_IS_LIGHT: the bundle has not every leaf.
  // INVALID_ARGUMENT: a leaf or a statement is none.
  static absl::StatusOr<std::unique_ptr<LightBundleConnection>> Make(const BundleDocuments& bundle);

  absl::StatusOr<CheckpointReply> Checkpoint(TreeSize old_size) override;
  absl::StatusOr<LightReply> Light(LightWhich which, Position from, TreeSize size) override;
  absl::StatusOr<std::vector<std::vector<Hash>>> Prove(
      TreeSize size, const std::vector<Position>& positions) override;

 private:
  explicit LightBundleConnection(const BundleDocuments& bundle) : BundleConnection(bundle) {}
  absl::Status Index();
  PositionedStatement At(Position position) const;
  void AddVisible(Position from, TreeSize size, LightReply& reply) const;

  LogTree tree_;
  // Positions, ascending.
  std::vector<Position> turns_;  // Of the directory, and log epochs.
  std::vector<Position> ticks_;
  std::vector<Position> epochs_;
  std::vector<Position> visible_;  // Of cases and documents.
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_BUNDLE_LIGHT_H_
