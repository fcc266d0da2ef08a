// A hostile server below the harness, over gRPC and TLS: session opening, streams without end,
// answers without measure, text for a terminal. Rows 38, 42, 55 and 56 of docs/attacks.md.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "amparo/v1/amparo.grpc.pb.h"
#include "client/connection.h"
#include "client/link_options.h"
#include "crypto/signature.h"
#include "server/tls_certificate.h"
#include "tests/client/memory_payload.h"

namespace amparo::testing {
namespace {

using grpc::ServerContext;
using grpc::Status;

// Says what the test wants; opens a session for everybody unless told otherwise.
class Liar final : public v1::Amparo::Service {
 public:
  std::string challenge = std::string(32, 'c');
  std::string session = std::string(16, 's');
  std::string secret = std::string(32, 'k');
  std::function<Status(v1::SyncReply*)> sync = [](v1::SyncReply*) { return Status::OK; };
  std::function<Status(std::function<bool(std::string)>)> download;
  using UploadStream = grpc::ServerReaderWriter<v1::UploadReply, v1::UploadMessage>;
  // Never takes anything; asked what it has, it says now more, now less.
  std::function<Status(UploadStream*)> upload = [this](UploadStream* stream) {
    v1::UploadMessage message;
    v1::UploadReply reply;
    stream->Read(&message);
    reply.set_stored(asked % 2 == 1 ? 5 : 0);
    stream->Write(reply);
    while (stream->Read(&message) && !message.has_seal()) {
    }
    return Status(grpc::StatusCode::UNAVAILABLE, "once more");
  };
  std::atomic<int> asked = 0;
  std::atomic<int> watched = 0;
  std::atomic<int> sessions_refused = 0;

  Status Hello(ServerContext*, const v1::HelloRequest*, v1::HelloReply* reply) override {
    reply->set_challenge(challenge);
    return Status::OK;
  }
  Status OpenSession(ServerContext*, const v1::OpenSessionRequest*,
                     v1::OpenSessionReply* reply) override {
    if (sessions_refused-- > 0) return Status(grpc::StatusCode::UNAUTHENTICATED, "who?");
    reply->set_session(session);
    reply->set_secret(secret);
    return Status::OK;
  }
  Status Sync(ServerContext*, const v1::Envelope*, v1::SyncReply* reply) override {
    ++asked;
    return sync(reply);
  }
  Status Watch(ServerContext*, const v1::Envelope*,
               grpc::ServerWriter<v1::WatchReply>* writer) override {
    ++watched;
    v1::WatchReply reply;
    for (std::uint64_t size = 1; writer->Write(reply); ++size) reply.set_size(size);
    return Status::OK;
  }
  Status Upload(ServerContext*, UploadStream* stream) override {
    ++asked;
    return upload(stream);
  }
  Status Download(ServerContext*, const v1::Envelope*,
                  grpc::ServerWriter<v1::DownloadMessage>* writer) override {
    ++asked;
    return download([&](std::string piece) {
      v1::DownloadMessage message;
      message.set_data(std::move(piece));
      return writer->Write(message);
    });
  }
};

// After so many messages of its streams a server sends what is no message any more.
class Garbler final : public grpc::experimental::Interceptor {
 public:
  explicit Garbler(std::atomic<int>& clear) : clear_(clear) {}
  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_MESSAGE) &&
        clear_-- <= 0) {
      const grpc::Slice garbage("\x0a\xff");  // A field that is longer than the message.
      *methods->GetSerializedSendMessage() = grpc::ByteBuffer(&garbage, 1);
    }
    methods->Proceed();
  }

 private:
  std::atomic<int>& clear_;
};

class GarblerFactory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit GarblerFactory(std::atomic<int>& clear) : clear_(clear) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override {
    if (call->type() == grpc::experimental::ServerRpcInfo::Type::UNARY) return nullptr;
    return new Garbler(clear_);
  }

 private:
  std::atomic<int>& clear_;
};

class Transport : public ::testing::Test {
 protected:
  Transport() {
    const auto made = server::MakeTlsCertificate();
    EXPECT_TRUE(made.ok()) << made.status();
    pem_ = made->certificate_pem;
    grpc::SslServerCredentialsOptions tls;
    tls.pem_key_cert_pairs.push_back(
        {.private_key = made->key_pem, .cert_chain = made->certificate_pem});
    Listen(grpc::SslServerCredentials(tls));
  }
  ~Transport() override { server_->Shutdown(); }

  static constexpr int kBlobs = 3;
  absl::Status UploadBlobs() {
    MemoryPayload source(Bytes(1'000, 7));
    int given = 0;
    return connection_->UploadAll([&]() -> std::optional<client::PlannedUpload> {
      if (given == kBlobs) return std::nullopt;
      const auto object = ObjectId::Filled(static_cast<std::uint8_t>(++given));
      return client::PlannedUpload{.request = {.object = object, .length = 1'000},
                                   .source = &source};
    });
  }

  void Listen(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    if (server_ != nullptr) server_->Shutdown();
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", credentials, &port);
    builder.SetMaxSendMessageSize(-1);
    builder.RegisterService(&liar_);
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> creators;
    creators.push_back(std::make_unique<GarblerFactory>(clear_messages_));
    builder.experimental().SetInterceptorCreators(std::move(creators));
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    auto connected = client::ConnectGrpcWith(
        {.address = absl::StrCat("127.0.0.1:", port), .certificate_pem = pem_},
        {.call_patience = std::chrono::seconds(2),
         .transfer_patience = std::chrono::seconds(2),
         .jitter = [] { return 0.999; }});
    ASSERT_TRUE(connected.ok()) << connected.status();
    connection_ = *std::move(connected);
    connection_->UseSession({.org = OrgId::Filled(1),
                             .certificate = Hash::Filled(2),
                             .authentication = &authentication_});
  }
  absl::Status Sync() { return connection_->Sync(Position{0}, 10).status(); }
  absl::Status Download(std::uint64_t length, std::uint64_t& received) {
    return connection_->Download(SubjectType::kDocument, SubjectId::Filled(1), ObjectId::Filled(1),
                                 0, length, [&](ByteView piece) {
                                   received += piece.size();
                                   return absl::OkStatus();
                                 });
  }

  const SigningKey authentication_ = SigningKey::Generate();
  std::atomic<int> clear_messages_ = 1'000'000'000;
  std::string pem_;
  Liar liar_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<client::Connection> connection_;
};

TEST_F(Transport, WorksWithAServerThatSaysWhatItShould) { EXPECT_TRUE(Sync().ok()) << Sync(); }

TEST_F(Transport, OpensNoSessionOnAChallengeOfAnotherLength) {
  for (const std::size_t length : {0u, 31u, 33u, 1'000'000u}) {
    liar_.challenge = std::string(length, 'c');
    EXPECT_TRUE(absl::IsDataLoss(Sync())) << length;
  }
  EXPECT_EQ(liar_.asked, 0);
}

TEST_F(Transport, OpensNoSessionOfAnotherLength) {
  for (const std::size_t length : {0u, 15u, 17u, 1'000'000u}) {
    liar_.session = std::string(length, 's');
    EXPECT_TRUE(absl::IsDataLoss(Sync())) << length;
  }
  liar_.session = std::string(16, 's');
  for (const std::size_t length : {0u, 31u, 33u}) {
    liar_.secret = std::string(length, 'k');
    EXPECT_TRUE(absl::IsDataLoss(Sync())) << length;
  }
  EXPECT_EQ(liar_.asked, 0);
}

// It was restarted between its challenge and the answer to that.
TEST_F(Transport, OpensASessionAnewThatWasRefusedOnce) {
  liar_.sessions_refused = 1;
  EXPECT_TRUE(Sync().ok()) << Sync();
  liar_.sessions_refused = 2;
  connection_->UseSession({.org = OrgId::Filled(1),
                           .certificate = Hash::Filled(2),
                           .authentication = &authentication_});
  EXPECT_TRUE(absl::IsUnauthenticated(Sync()));
}

TEST_F(Transport, GivesUpOnAServerThatForgetsEverySession) {
  liar_.sync = [](v1::SyncReply*) { return Status(grpc::StatusCode::UNAUTHENTICATED, "who?"); };
  EXPECT_TRUE(absl::IsUnauthenticated(Sync()));
  EXPECT_LE(liar_.asked, 3);
}

TEST_F(Transport, TakesNoAnswerWithoutMeasure) {
  liar_.sync = [](v1::SyncReply* reply) {
    reply->add_entries()->set_statement(std::string(9 * 1024 * 1024, 'x'));
    return Status::OK;
  };
  EXPECT_TRUE(absl::IsResourceExhausted(Sync())) << Sync();
}

TEST_F(Transport, KeepsWhatAServerSaysShort) {
  liar_.sync = [](v1::SyncReply*) {
    return Status(grpc::StatusCode::FAILED_PRECONDITION,
                  "\x1b]52;c;aGk=\x07" + std::string(5'000, 'x'));
  };
  const absl::Status status = Sync();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_LE(status.message().size(), 1'000u);
}

TEST_F(Transport, StopsADownloadThatBringsMoreThanWasAskedFor) {
  std::uint64_t received = 0;
  liar_.download = [](const std::function<bool(std::string)>& send) {
    while (send(std::string(1'000, 'x'))) continue;
    return Status::OK;
  };
  EXPECT_TRUE(absl::IsDataLoss(Download(10'500, received)));
  EXPECT_LE(received, 10'500u);
  EXPECT_EQ(liar_.asked, 1);
}

TEST_F(Transport, KnowsADownloadThatEndsTooSoon) {
  std::uint64_t received = 0;
  liar_.download = [](const std::function<bool(std::string)>& send) {
    send(std::string(1'000, 'x'));
    return Status::OK;
  };
  EXPECT_TRUE(absl::IsDataLoss(Download(10'500, received)));
}

TEST_F(Transport, EndsADownloadAtWhatIsNoMessageAndKeepsWhatCame) {
  std::uint64_t received = 0;
  liar_.download = [](const std::function<bool(std::string)>& send) {
    while (send(std::string(1'000, 'x'))) continue;
    return Status::OK;
  };
  clear_messages_ = 3;
  const absl::Status status = Download(10'000, received);
  EXPECT_TRUE(absl::IsInternal(status)) << status;
  EXPECT_EQ(received, 3'000u);
  EXPECT_EQ(liar_.asked, 1);
}

// It stops, or gives the place to somebody else: docs/spec/requests.md, "Broken links".
TEST_F(Transport, GoesOnWithADownloadThatTheServerEnded) {
  std::uint64_t received = 0;
  liar_.download = [](const std::function<bool(std::string)>& send) {
    send(std::string(4'000, 'x'));
    return Status(grpc::StatusCode::CANCELLED, "");
  };
  const absl::Status status = Download(12'000, received);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(received, 12'000u);
  EXPECT_EQ(liar_.asked, 3);
}

TEST_F(Transport, GivesUpOnADownloadThatBreaksOffWithoutBringingAnything) {
  std::uint64_t received = 0;
  liar_.download = [](const std::function<bool(std::string)>&) {
    return Status(grpc::StatusCode::UNAVAILABLE, "later");
  };
  EXPECT_TRUE(absl::IsUnavailable(Download(10'500, received)));
  EXPECT_LE(liar_.asked, 4);
}

TEST_F(Transport, EndsAnUploadToAServerThatGoesBackAndForth) {
  const Bytes content(1'000, 7);
  MemoryPayload source(content);
  const auto state = connection_->Upload({.object = ObjectId::Filled(1), .length = content.size()},
                                         source, nullptr);
  EXPECT_TRUE(absl::IsUnavailable(state.status())) << state.status();
  EXPECT_LE(liar_.asked, 20);
}

// docs/spec/requests.md, "Streams": no round trip lies between two blobs.
TEST_F(Transport, SendsBlobAfterBlobWhateverTheServerAnswers) {
  int openings = 0;
  liar_.upload = [&](Liar::UploadStream* stream) {
    v1::UploadMessage message;
    while (stream->Read(&message)) openings += message.has_opening() ? 1 : 0;
    v1::UploadReply reply;
    reply.set_blob(kBlobs - 1);
    reply.set_sealed(true);
    stream->Write(reply);
    return Status::OK;
  };
  EXPECT_TRUE(UploadBlobs().ok());
  EXPECT_EQ(openings, kBlobs);
  EXPECT_EQ(liar_.asked, 1);
}

TEST_F(Transport, TakesNoBlobForSealedOfWhichTheServerSaysNothing) {
  liar_.upload = [](Liar::UploadStream* stream) {
    v1::UploadMessage message;
    while (stream->Read(&message)) {
    }
    v1::UploadReply reply;
    reply.set_sealed(true);
    for (const std::uint32_t blob : {1, 7, 0}) {  // The last is left out, 7 was never sent.
      reply.set_blob(blob);
      stream->Write(reply);
    }
    return Status::OK;
  };
  const absl::Status status = UploadBlobs();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("0 of 1000 bytes"));
}

TEST_F(Transport, EndsAnUploadAtWhatIsNoReply) {
  liar_.upload = [](Liar::UploadStream* stream) {
    v1::UploadMessage message;
    v1::UploadReply reply;
    while (stream->Read(&message)) stream->Write(reply);
    return Status::OK;
  };
  clear_messages_ = 0;
  const absl::Status status = UploadBlobs();
  EXPECT_TRUE(absl::IsInternal(status)) << status;
  EXPECT_EQ(liar_.asked, 1);
}

TEST_F(Transport, AsksAfterABreakForEachBlobThatWasUnderWay) {
  std::vector<std::string> asked_for;
  liar_.upload = [&](Liar::UploadStream* stream) {
    v1::UploadMessage message;
    v1::UploadReply reply;
    if (liar_.asked == 1) {
      while (stream->Read(&message)) {
      }
      reply.set_blob(1);
      stream->Write(reply);
      return Status(grpc::StatusCode::UNAVAILABLE, "broken");
    }
    std::uint32_t blob = 0;
    v1::UploadOpening opening;
    while (stream->Read(&message)) {
      if (message.has_opening()) {
        opening.ParseFromString(message.opening().body());
        asked_for.push_back(opening.object() + (opening.resume() ? "?" : ""));
        reply.Clear();
        reply.set_blob(blob++);
        stream->Write(reply);
      } else if (message.has_seal()) {
        reply.set_sealed(true);
        stream->Write(reply);
      }
    }
    return Status::OK;
  };
  const absl::Status status = UploadBlobs();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(asked_for,
              ::testing::ElementsAre(std::string(16, 2) + "?", std::string(16, 3) + "?"));
}

TEST_F(Transport, LeavesAStreamWithoutEnd) {
  ASSERT_TRUE(Sync().ok());  // What ends after something worked is tried again; this is not.
  int seen = 0;
  const absl::Status status =
      connection_->Watch(TreeSize{0}, [&](TreeSize) { return ++seen < 1'000; });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(seen, 1'000);
  EXPECT_EQ(liar_.watched, 1);
}

// Row 55: no fallback to a port without TLS, nor to another key for the same name.
TEST_F(Transport, SpeaksToNoPortWithoutTls) {
  Listen(grpc::InsecureServerCredentials());
  EXPECT_TRUE(absl::IsUnavailable(Sync()));
  EXPECT_EQ(liar_.asked, 0);
}

TEST_F(Transport, SpeaksToNoServerWithAnotherKey) {
  const auto other = server::MakeTlsCertificate();
  ASSERT_TRUE(other.ok());
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back(
      {.private_key = other->key_pem, .cert_chain = other->certificate_pem});
  Listen(grpc::SslServerCredentials(tls));
  EXPECT_TRUE(absl::IsUnavailable(Sync()));
  EXPECT_EQ(liar_.asked, 0);
}

}  // namespace
}  // namespace amparo::testing
