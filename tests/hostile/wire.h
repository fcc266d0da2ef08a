// The replies of client/connection.h as messages of amparo.proto, and back: what
// client/grpc_connection.cc does on the one side and server/service.cc on the other.
//
// Thread safety: the functions are independent.

#ifndef AMPARO_TESTS_HOSTILE_WIRE_H_
#define AMPARO_TESTS_HOSTILE_WIRE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection.h"

namespace amparo::testing {

// Serialised.
std::string ToWire(const client::AppendReply& reply);
std::string ToWire(const client::SyncReply& reply);
std::string ToWire(const client::SubjectReply& reply);
std::string ToWire(const client::ObjectsReply& reply);
std::string ToWire(const client::CheckpointReply& reply);
std::string ToWire(const client::LightReply& reply);
std::string ToWire(const client::UploadState& reply);
std::string ToWire(const std::vector<Bytes>& pending);
std::string ToWire(const std::vector<std::string>& cosigned);
std::string ToWire(const std::vector<std::vector<Hash>>& paths);

// INTERNAL: not parsable, as gRPC says. DATA_LOSS: an id or a hash of a wrong length.
absl::Status FromWire(const std::string& bytes, client::AppendReply& reply);
absl::Status FromWire(const std::string& bytes, client::SyncReply& reply);
absl::Status FromWire(const std::string& bytes, client::SubjectReply& reply);
absl::Status FromWire(const std::string& bytes, client::ObjectsReply& reply);
absl::Status FromWire(const std::string& bytes, client::CheckpointReply& reply);
absl::Status FromWire(const std::string& bytes, client::LightReply& reply);
absl::Status FromWire(const std::string& bytes, client::UploadState& reply);
absl::Status FromWire(const std::string& bytes, std::vector<Bytes>& pending);
absl::Status FromWire(const std::string& bytes, std::vector<std::string>& cosigned);
absl::Status FromWire(const std::string& bytes, std::vector<std::vector<Hash>>& paths);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_HOSTILE_WIRE_H_
