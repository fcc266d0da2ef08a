// A bare client of the RPCs, for tests: it speaks the protocol of docs/spec/requests.md with
// nothing of client/, and lets a test bend each message.
//
// Thread safety: one thread at a time per object.

#ifndef AMPARO_TESTS_SERVER_TEST_CLIENT_H_
#define AMPARO_TESTS_SERVER_TEST_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "amparo/v1/amparo.grpc.pb.h"
#include "crypto/secret.h"
#include "server/submission.h"
#include "statement/ids.h"
#include "tests/server/people.h"

namespace amparo::server::testing {

// A copy of the log's public part, as Sync tells it.
struct Mirror {
  directory::Directory directory;
  audit::Frontier frontier;
  std::string checkpoint;
  std::vector<v1::LogEntry> entries;
  Seen seen() const { return {.directory = directory, .frontier = frontier}; }
};

class TestClient {
 public:
  // Calls wait until the server listens, for at most 30 s.
  TestClient(const std::string& address, const std::string& certificate_pem);

  v1::Amparo::Stub& stub() { return *stub_; }
  const std::shared_ptr<grpc::Channel>& channel() { return channel_; }

  grpc::Status Found(ByteView token_id, ByteView token_secret, const SignedStatement& policy,
                     v1::AppendReply* reply);
  // As `name`; later requests are in this session.
  grpc::Status OpenSession(const OrgId& org, const std::string& name);
  // The same under any 32 bytes that the server may know as a certificate, signed by `key`.
  grpc::Status OpenSession(const OrgId& org, const Hash& certificate, const SigningKey& key);
  // The next request of the session.
  v1::Envelope Wrap(const std::string& method, const google::protobuf::Message& inner);

  grpc::Status Append(const AppendInput& input, v1::AppendReply* reply);
  // From the mirror's end to the log's. Aborts the test program on an error.
  void Sync(Mirror& mirror);
  grpc::Status Upload(const ObjectId& object, ByteView payload, std::uint64_t offset,
                      std::size_t send, bool seal, v1::UploadReply* reply);
  grpc::Status Download(const v1::DownloadRequest& request, std::string* payload);

 private:
  std::string certificate_pem_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Amparo::Stub> stub_;
  std::string session_;
  std::string secret_;
  std::uint64_t counter_ = 0;
};

// A context that waits for the server, with a deadline.
std::unique_ptr<grpc::ClientContext> Context();
// The reason in the trailer `amparo-error-bin`; empty if there is none.
std::string ReasonIn(const grpc::ClientContext& context);
v1::AppendRequest RequestOf(const AppendInput& input);

}  // namespace amparo::server::testing

#endif  // AMPARO_TESTS_SERVER_TEST_CLIENT_H_
