// The RPCs, over a socket: each test is a sentence of docs/spec/requests.md.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <thread>

#include "audit/storage_receipt.h"
#include "crypto/digest.h"
#include "statement/certificate_request.h"
#include "tests/server/rpc_fixture.h"

namespace amparo::server::testing {
namespace {

TEST_F(RpcTest, FoundsOnceAndAnswersTheSameRequestTheSame) {
  v1::AppendReply first;
  v1::AppendReply second;
  ASSERT_TRUE(Found(policy_, &first).ok());
  ASSERT_TRUE(Found(policy_, &second).ok());
  EXPECT_EQ(first.position(), 0u);
  EXPECT_EQ(first.checkpoint(), second.checkpoint());
}

TEST_F(RpcTest, FoundsNothingWithoutTheTokensSecretItsLogKeyOrEnoughRoots) {
  const auto reason = [&](ByteView secret, const SignedStatement& policy) {
    v1::FoundRequest request;
    request.set_token_id(StringOf(token_->given.token.view()));
    request.set_token_secret(StringOf(secret));
    request.set_policy(StringOf(policy.bytes));
    v1::AppendReply reply;
    const auto context = Context();
    EXPECT_FALSE(client_->stub().Found(context.get(), request, &reply).ok());
    return ReasonIn(*context);
  };
  const auto secret = token_->given.secret.Expose();
  const SignedStatement good = People::FoundingStatement(policy_);
  EXPECT_EQ(reason(Bytes(16, 0), good), "TOKEN_UNKNOWN");
  EXPECT_EQ(
      reason(secret, People::FoundingStatement(People::FirstPolicy(KeyNamed("x").verify_key()))),
      "LOG_KEY_MISMATCH");
  const auto one_root = AssembleSigned(good.statement, {good.signatures[0]});
  EXPECT_EQ(reason(secret, *one_root), "THRESHOLD_NOT_MET");
  now_ += kFoundingTokenLifetime_s;
  EXPECT_EQ(reason(secret, good), "TOKEN_EXPIRED");
  now_ -= kFoundingTokenLifetime_s;
  v1::AppendReply reply;
  ASSERT_TRUE(Found(policy_, &reply).ok());
  Policy another = policy_;
  another.freshness_limit_hours++;
  EXPECT_EQ(reason(secret, People::FoundingStatement(another)), "TOKEN_USED");
}

TEST_F(RpcTest, CarriesALargeDocumentFromAnUploadToADownload) {
  FoundWithCast();
  const MadeObject part = ObjectNamed("part", ObjectClass::kPart, 3 * 1024 * 1024 + 17);
  ASSERT_TRUE(client_->OpenSession(org_, "fay").ok());
  v1::UploadReply stored;
  // A connection that breaks half-way; then the question what is there; then the rest.
  ASSERT_TRUE(client_->Upload(part.ref.object, part.payload, 0, 2'000'000, false, &stored).ok());
  EXPECT_EQ(stored.stored(), 2'000'000u);
  stored.Clear();
  ASSERT_TRUE(client_->Upload(part.ref.object, part.payload, 0, 0, false, &stored).ok());
  EXPECT_EQ(stored.stored(), 2'000'000u);
  EXPECT_FALSE(stored.sealed());
  v1::AppendReply reply;
  const AppendInput submit = SubmitWith(part);
  EXPECT_EQ(client_->Append(submit, &reply).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  stored.Clear();
  ASSERT_TRUE(client_
                  ->Upload(part.ref.object, part.payload, 2'000'000,
                           part.payload.size() - 2'000'000, true, &stored)
                  .ok());
  EXPECT_TRUE(stored.sealed());
  const auto appended = client_->Append(submit, &reply);
  ASSERT_TRUE(appended.ok()) << appended.error_message();
  const auto prepared = Prepare(submit);
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  EXPECT_TRUE(audit::VerifyStorageReceipt(org_, Position{reply.position()}, prepared->hash,
                                          prepared->body.objects, policy_.log_key,
                                          AsBytes(reply.storage_signature()))
                  .ok());

  std::string payload;
  ASSERT_TRUE(client_->OpenSession(org_, "cleo").ok());
  ASSERT_TRUE(client_->Download(DownloadOf(part.ref.object), &payload).ok());
  EXPECT_EQ(Sha256(AsBytes(payload)), part.ref.payload_sha256);
  v1::DownloadRequest range = DownloadOf(part.ref.object);
  range.set_offset(1'500'000);
  range.set_length(10);
  payload.clear();
  ASSERT_TRUE(client_->Download(range, &payload).ok());
  EXPECT_EQ(payload, StringOf(ByteView(part.payload).subspan(1'500'000, 10)));
  ASSERT_TRUE(client_->OpenSession(org_, "tina").ok());
  EXPECT_EQ(client_->Download(DownloadOf(part.ref.object), &payload).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(RpcTest, RefusesAnUploadAtTheWrongOffsetAndErasesADamagedOne) {
  FoundWithCast();
  const MadeObject part = ObjectNamed("part", ObjectClass::kPart, 200'000);
  v1::UploadReply stored;
  EXPECT_EQ(client_->Upload(part.ref.object, part.payload, 5, 100, false, &stored).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  Bytes damaged = part.payload;
  damaged[1000] ^= 1;
  ASSERT_TRUE(client_->Upload(part.ref.object, damaged, 0, 100'000, false, &stored).ok());
  EXPECT_EQ(
      client_->Upload(part.ref.object, part.payload, 100'000, 100'000, true, &stored).error_code(),
      grpc::StatusCode::DATA_LOSS);
  stored.Clear();
  ASSERT_TRUE(
      client_->Upload(part.ref.object, part.payload, 0, part.payload.size(), true, &stored).ok());
  EXPECT_TRUE(stored.sealed());
}

TEST_F(RpcTest, KillsTheSessionOfARevokedMember) {
  FoundWithCast();
  TestClient tina(server_->address(), pem_);
  ASSERT_TRUE(tina.OpenSession(org_, "tina").ok());
  Mirror hers;
  tina.Sync(hers);
  Say("ria", Revoke{.member = Organisation::Member("tina"), .certificate = {}});
  v1::SyncReply reply;
  EXPECT_EQ(
      tina.stub().Sync(Context().get(), tina.Wrap("Sync", v1::SyncRequest()), &reply).error_code(),
      grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(tina.OpenSession(org_, "tina").error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(RpcTest, AcceptsAnEnvelopeOnceAndForItsMethodOnly) {
  FoundWithCast();
  const v1::Envelope envelope = client_->Wrap("Sync", v1::SyncRequest());
  v1::SyncReply synced;
  v1::PendingReply pending;
  EXPECT_EQ(client_->stub().Pending(Context().get(), envelope, &pending).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  v1::Envelope altered = envelope;
  altered.mutable_body()->push_back('x');
  EXPECT_EQ(client_->stub().Sync(Context().get(), altered, &synced).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(client_->stub().Sync(Context().get(), envelope, &synced).ok());
  EXPECT_EQ(client_->stub().Sync(Context().get(), envelope, &synced).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(RpcTest, KeepsAtMostFourJoinRequestsUnderOneInvitationForRegistrars) {
  FoundWithCast();
  const Secret<16> secret = Secret<16>::Random();
  const Secret<32> ticket = InviteTicketOf(secret);
  Invite invite;
  invite.invite = InviteId::Filled(3);
  invite.roles = RolesOf({Role::kReviewer});
  invite.expiry = UnixSeconds{now_ + 1000};
  invite.ticket_sha256 = HashOfTicket(ticket.Expose());
  Say("ria", invite);
  const auto join = [&](int number, bool with_ticket = true) {
    const std::string name = absl::StrCat("rex ", number);
    const SigningKey signing = KeyNamed(name);
    const SigningKey authentication = KeyNamed(name + ", authentication");
    v1::JoinRequest request;
    request.set_org(StringOf(org_.view()));
    request.set_invite(StringOf(invite.invite.view()));
    request.set_ticket(with_ticket ? StringOf(ticket.Expose()) : std::string(32, 'x'));
    request.set_request(StringOf(MakeRequest({.org = org_,
                                              .invite = invite.invite,
                                              .member = Organisation::Member(name),
                                              .signing = signing.verify_key(),
                                              .authentication = authentication.verify_key(),
                                              .recipient = {},
                                              .claimed_time = {}},
                                             signing, authentication, secret)));
    v1::JoinReply reply;
    const auto context = Context();
    const auto status = client_->stub().Join(context.get(), request, &reply);
    return status.ok() ? "OK" : ReasonIn(*context);
  };
  EXPECT_EQ(join(1, false), "INVITATION_UNKNOWN");
  for (int number = 1; number <= 4; ++number) EXPECT_EQ(join(number), "OK");
  EXPECT_EQ(join(5), "TOO_MANY_REQUESTS");
  EXPECT_EQ(join(2), "OK");
  v1::PendingReply pending;
  ASSERT_TRUE(client_->OpenSession(org_, "rob").ok());
  ASSERT_TRUE(
      client_->stub()
          .Pending(Context().get(), client_->Wrap("Pending", v1::PendingRequest()), &pending)
          .ok());
  EXPECT_EQ(pending.requests_size(), 4);
  ASSERT_TRUE(client_->OpenSession(org_, "cleo").ok());
  EXPECT_EQ(client_->stub()
                .Pending(Context().get(), client_->Wrap("Pending", v1::PendingRequest()), &pending)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
  now_ += 1001;
  EXPECT_EQ(join(1), "INVITATION_EXPIRED");
}

TEST_F(RpcTest, TellsAWatcherThatTheLogHasGrown) {
  FoundWithCast();
  TestClient watcher(server_->address(), pem_);
  ASSERT_TRUE(watcher.OpenSession(org_, "cleo").ok());
  v1::WatchRequest request;
  request.set_size(mirror_.entries.size());
  grpc::ClientContext context;
  const auto stream = watcher.stub().Watch(&context, watcher.Wrap("Watch", request));
  Say("ria", Revoke{.member = Organisation::Member("tina"), .certificate = {}});
  v1::WatchReply reply;
  ASSERT_TRUE(stream->Read(&reply));
  EXPECT_EQ(reply.size(), mirror_.entries.size());
  server_->Stop();
  while (stream->Read(&reply)) {
  }
  stream->Finish();
}

// What a member who is revoked meanwhile has not said or seen yet.
TEST_F(RpcTest, EndsTheUploadAndTheDownloadOfARevokedMember) {
  FoundWithCast();
  MadeObject part = ObjectNamed("part", ObjectClass::kPart, 1);
  part.payload.assign(48 * 1024 * 1024, 7);
  part.ref.payload_length = part.payload.size();
  part.ref.payload_sha256 = Sha256(part.payload);
  ASSERT_TRUE(client_->OpenSession(org_, "fay").ok());
  v1::UploadReply stored;
  ASSERT_TRUE(
      client_->Upload(part.ref.object, part.payload, 0, part.payload.size(), true, &stored).ok());
  v1::AppendReply reply;
  ASSERT_TRUE(client_->Append(SubmitWith(part), &reply).ok());

  TestClient cleo(server_->address(), pem_);
  ASSERT_TRUE(cleo.OpenSession(org_, "cleo").ok());
  const auto reading = Context();
  auto download =
      cleo.stub().Download(reading.get(), cleo.Wrap("Download", DownloadOf(part.ref.object)));
  v1::DownloadMessage piece;
  ASSERT_TRUE(download->Read(&piece));

  const auto writing = Context();
  auto upload = cleo.stub().Upload(writing.get());
  v1::UploadOpening opening;
  opening.set_object(StringOf(ObjectId::Filled(9).view()));
  opening.set_length(3000);
  v1::UploadMessage message;
  *message.mutable_opening() = cleo.Wrap("Upload", opening);
  ASSERT_TRUE(upload->Write(message));
  message.set_data(std::string(1000, 'x'));
  ASSERT_TRUE(upload->Write(message));

  Say("ria", Revoke{.member = Organisation::Member("cleo"), .certificate = {}});
  std::size_t got = piece.data().size();
  while (download->Read(&piece)) got += piece.data().size();
  EXPECT_EQ(download->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_LT(got, part.payload.size());
  upload->Write(message);
  upload->WritesDone();
  while (upload->Read(&stored)) {
  }
  EXPECT_EQ(upload->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

// Nobody has to say who they are to open a stream; so only a few are kept that have not.
TEST_F(RpcTest, EndsAnUploadThatHasNotSaidWhoseItIsWhenThereAreTooMany) {
  FoundWithCast();
  std::vector<std::unique_ptr<TestClient>> clients;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReaderWriter<v1::UploadMessage, v1::UploadReply>>>
      streams;
  for (std::size_t i = 0; i <= kOpeningStreamsMax; ++i) {
    if (i % 32 == 0) clients.push_back(std::make_unique<TestClient>(server_->address(), pem_));
    contexts.push_back(Context());
    streams.push_back(clients.back()->stub().Upload(contexts.back().get()));
  }
  std::promise<grpc::StatusCode> first;
  std::atomic<bool> is_first = true;
  std::vector<std::thread> waiting;
  for (auto& stream : streams) {
    waiting.emplace_back([&first, &is_first, &stream] {
      const grpc::Status status = stream->Finish();
      if (is_first.exchange(false)) first.set_value(status.error_code());
    });
  }
  EXPECT_EQ(first.get_future().get(), grpc::StatusCode::CANCELLED);
  // Whoever says it at once is not kept out.
  ASSERT_TRUE(client_->OpenSession(org_, "fay").ok());
  const MadeObject part = ObjectNamed("part", ObjectClass::kPart, 100'000);
  v1::UploadReply stored;
  EXPECT_TRUE(
      client_->Upload(part.ref.object, part.payload, 0, part.payload.size(), true, &stored).ok());
  server_->Stop();
  for (std::thread& thread : waiting) thread.join();
}

// A client whose link broke comes back while the server still holds its old stream: what that one
// received is where the new one goes on, flushed or not.
TEST_F(RpcTest, AResumedUploadTakesOverWhatTheOldStreamReceived) {
  FoundWithCast();
  ASSERT_TRUE(client_->OpenSession(org_, "fay").ok());
  const Bytes payload(3'000, 7);
  v1::UploadMessage opening;
  const auto open = [&](bool resume) {
    v1::UploadOpening inner;
    inner.set_object(StringOf(ObjectId::Filled(9).view()));
    inner.set_length(payload.size());
    inner.set_resume(resume);
    *opening.mutable_opening() = client_->Wrap("Upload", inner);
    return opening;
  };
  const auto data = [&](std::size_t bytes) {
    v1::UploadMessage message;
    message.set_data(std::string(bytes, 7));
    return message;
  };
  v1::UploadReply reply;
  const auto old_context = Context();
  const auto old = client_->stub().Upload(old_context.get());
  ASSERT_TRUE(old->Write(open(false)));
  ASSERT_TRUE(old->Write(data(1'000)));
  while (reply.received() < 1'000) ASSERT_TRUE(old->Read(&reply));
  EXPECT_EQ(reply.stored(), 0u);

  const auto context = Context();
  const auto resumed = client_->stub().Upload(context.get());
  ASSERT_TRUE(resumed->Write(open(true)));
  ASSERT_TRUE(resumed->Read(&reply));
  EXPECT_EQ(reply.stored(), 1'000u);
  EXPECT_EQ(reply.received(), 1'000u);
  old->Write(data(1'000));
  while (old->Read(&reply)) {
  }
  EXPECT_EQ(old->Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);

  ASSERT_TRUE(resumed->Write(data(2'000)));
  v1::UploadMessage seal;
  seal.set_seal(StringOf(Sha256(payload).view()));
  ASSERT_TRUE(resumed->Write(seal));
  resumed->WritesDone();
  while (resumed->Read(&reply)) {
  }
  EXPECT_TRUE(resumed->Finish().ok());
  EXPECT_TRUE(reply.sealed());
}

TEST_F(RpcTest, NamesTheQuotaOfUploadsThatNoStatementNames) {
  FoundWithCast();
  ASSERT_TRUE(client_->OpenSession(org_, "fay").ok());
  const auto upload = [&](std::uint8_t object) {
    const auto context = Context();
    auto stream = client_->stub().Upload(context.get());
    v1::UploadOpening opening;
    opening.set_object(StringOf(ObjectId::Filled(object).view()));
    opening.set_length(std::uint64_t{4} << 30);
    v1::UploadMessage message;
    *message.mutable_opening() = client_->Wrap("Upload", opening);
    stream->Write(message);
    message.set_data("x");
    stream->Write(message);
    stream->WritesDone();
    v1::UploadReply reply;
    while (stream->Read(&reply)) {
    }
    const auto status = stream->Finish();
    return status.ok() ? "OK" : ReasonIn(*context);
  };
  EXPECT_EQ(upload(1), "OK");
  EXPECT_EQ(upload(2), "OK");
  EXPECT_EQ(upload(3), "QUOTA_REACHED");
  EXPECT_EQ(upload(2), "OFFSET_MISMATCH");  // It is there, and could go on.
}

TEST_F(RpcTest, LogsMethodAndOutcomeAndNoNameOrContent) {
  FoundWithCast();
  std::rewind(log_file_);
  std::string log;
  for (int c = std::fgetc(log_file_); c != EOF; c = std::fgetc(log_file_)) {
    log.push_back(static_cast<char>(c));
  }
  EXPECT_NE(log.find("\"method\":\"Append\",\"outcome\":\"OK\""), std::string::npos);
  for (const std::string& private_id : {ToHex(Organisation::Member("cleo")), ToHex(kCase),
                                        ToHex(org_), ToHex(People::HashOfCertificate("cleo"))}) {
    EXPECT_EQ(log.find(private_id), std::string::npos);
  }
}

}  // namespace
}  // namespace amparo::server::testing
