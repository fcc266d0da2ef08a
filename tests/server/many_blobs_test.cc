// Many blobs over one stream of Upload: docs/spec/requests.md, "Streams".

#include <gtest/gtest.h>

#include "crypto/digest.h"
#include "tests/server/rpc_fixture.h"

namespace amparo::server::testing {
namespace {

class ManyBlobsTest : public RpcTest {
 protected:
  using Stream = grpc::ClientReaderWriter<v1::UploadMessage, v1::UploadReply>;

  ManyBlobsTest() { FoundWithCast(); }

  static ObjectId Id(std::size_t blob) {
    return ObjectId::Filled(static_cast<std::uint8_t>(blob + 1));
  }
  static Bytes Payload(std::size_t blob) {
    return Bytes(100'000 * blob + 1, static_cast<std::uint8_t>(blob));
  }
  static v1::UploadMessage Opening(TestClient& client, std::size_t blob, bool resume = false) {
    v1::UploadOpening opening;
    opening.set_object(StringOf(Id(blob).view()));
    opening.set_length(Payload(blob).size());
    opening.set_resume(resume);
    v1::UploadMessage message;
    *message.mutable_opening() = client.Wrap("Upload", opening);
    return message;
  }
  static v1::UploadMessage Data(ByteView bytes) {
    v1::UploadMessage message;
    message.set_data(StringOf(bytes));
    return message;
  }
  static v1::UploadMessage Seal(std::size_t blob) {
    v1::UploadMessage message;
    message.set_seal(StringOf(Sha256(Payload(blob)).view()));
    return message;
  }
  void Send(Stream& stream, std::size_t blob) {
    ASSERT_TRUE(stream.Write(Opening(*client_, blob)));
    ASSERT_TRUE(stream.Write(Data(Payload(blob))));
    ASSERT_TRUE(stream.Write(Seal(blob)));
  }
  // Says no more and reads to the end; the last reply is in `last`.
  static grpc::Status End(Stream& stream, v1::UploadReply* last) {
    stream.WritesDone();
    std::uint32_t newest = 0;
    while (stream.Read(last)) {
      EXPECT_GE(last->blob(), newest) << "the server went back";
      newest = last->blob();
    }
    return stream.Finish();
  }
  bool IsSealed(std::size_t blob) {
    v1::UploadReply reply;
    EXPECT_TRUE(client_->Upload(Id(blob), Payload(blob), 0, 0, false, &reply).ok());
    return reply.sealed();
  }
};

TEST_F(ManyBlobsTest, AreAllSealedWithoutAnyAnswerBeingWaitedFor) {
  const auto context = Context();
  const auto stream = client_->stub().Upload(context.get());
  for (std::size_t blob = 0; blob < 8; ++blob) Send(*stream, blob);
  v1::UploadReply last;
  EXPECT_TRUE(End(*stream, &last).ok());
  EXPECT_EQ(last.blob(), 7u);
  EXPECT_TRUE(last.sealed());
  EXPECT_EQ(last.stored(), Payload(7).size());
  for (std::size_t blob = 0; blob < 8; ++blob) EXPECT_TRUE(IsSealed(blob)) << blob;
}

TEST_F(ManyBlobsTest, KeepWhatWasSealedWhenALaterOneIsRefused) {
  const auto context = Context();
  const auto stream = client_->stub().Upload(context.get());
  Send(*stream, 0);
  ASSERT_TRUE(stream->Write(Opening(*client_, 1)));
  ASSERT_TRUE(stream->Write(Data(Bytes(Payload(1).size(), 77))));
  ASSERT_TRUE(stream->Write(Seal(1)));
  v1::UploadReply last;
  EXPECT_EQ(End(*stream, &last).error_code(), grpc::StatusCode::DATA_LOSS);
  EXPECT_EQ(ReasonIn(*context), "BLOB_DAMAGED");
  EXPECT_TRUE(IsSealed(0));
  EXPECT_FALSE(IsSealed(1));
}

TEST_F(ManyBlobsTest, KeepWhatCameOfTheOneThatWasUnderWay) {
  const auto context = Context();
  const auto stream = client_->stub().Upload(context.get());
  Send(*stream, 0);
  ASSERT_TRUE(stream->Write(Opening(*client_, 2)));
  ASSERT_TRUE(stream->Write(Data(ByteView(Payload(2)).first(70'000))));
  v1::UploadReply last;
  EXPECT_TRUE(End(*stream, &last).ok());
  EXPECT_EQ(last.blob(), 1u);
  EXPECT_EQ(last.stored(), 70'000u);
  EXPECT_FALSE(last.sealed());
}

TEST_F(ManyBlobsTest, AreAskedForOneAfterTheOther) {
  v1::UploadReply reply;
  ASSERT_TRUE(client_->Upload(Id(1), Payload(1), 0, 50'000, false, &reply).ok());
  ASSERT_TRUE(client_->Upload(Id(2), Payload(2), 0, Payload(2).size(), true, &reply).ok());
  const auto context = Context();
  const auto stream = client_->stub().Upload(context.get());
  // Of a sealed one nothing more is to be sent, and the next may follow.
  ASSERT_TRUE(stream->Write(Opening(*client_, 2, true)));
  ASSERT_TRUE(stream->Read(&reply));
  EXPECT_TRUE(reply.sealed());
  EXPECT_EQ(reply.blob(), 0u);
  ASSERT_TRUE(stream->Write(Opening(*client_, 1, true)));
  ASSERT_TRUE(stream->Read(&reply));
  EXPECT_EQ(reply.blob(), 1u);
  EXPECT_EQ(reply.stored(), 50'000u);
  EXPECT_FALSE(reply.sealed());
  ASSERT_TRUE(stream->Write(Data(ByteView(Payload(1)).subspan(50'000))));
  ASSERT_TRUE(stream->Write(Seal(1)));
  EXPECT_TRUE(End(*stream, &reply).ok());
  EXPECT_TRUE(reply.sealed());
}

TEST_F(ManyBlobsTest, AreRefusedOutOfTurn) {
  v1::UploadReply last;
  {
    const auto context = Context();
    const auto stream = client_->stub().Upload(context.get());
    ASSERT_TRUE(stream->Write(Opening(*client_, 0)));
    ASSERT_TRUE(stream->Write(Opening(*client_, 1)));
    EXPECT_FALSE(End(*stream, &last).ok());
    EXPECT_EQ(ReasonIn(*context), "MALFORMED");
  }
  {
    const auto context = Context();
    const auto stream = client_->stub().Upload(context.get());
    Send(*stream, 0);
    ASSERT_TRUE(stream->Write(Data(Bytes(10, 1))));
    EXPECT_FALSE(End(*stream, &last).ok());
    EXPECT_EQ(ReasonIn(*context), "OFFSET_MISMATCH");
  }
  {
    TestClient tina(server_->address(), pem_);
    ASSERT_TRUE(tina.OpenSession(org_, "tina").ok());
    const auto context = Context();
    const auto stream = client_->stub().Upload(context.get());
    Send(*stream, 3);
    ASSERT_TRUE(stream->Write(Opening(tina, 4)));
    EXPECT_FALSE(End(*stream, &last).ok());
    EXPECT_EQ(ReasonIn(*context), "MALFORMED");
    EXPECT_TRUE(IsSealed(3));
  }
}

}  // namespace
}  // namespace amparo::server::testing
