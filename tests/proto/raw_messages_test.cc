// Messages as they come in pieces say what protobuf says of them, or are left to it.

#include "proto/raw_messages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace amparo {
namespace {

// `bytes` in slices of at most `most` bytes, some of them empty.
grpc::ByteBuffer Sliced(const std::string& bytes, std::mt19937& random, std::size_t most) {
  std::vector<grpc::Slice> slices;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min(bytes.size() - at, random() % (most + 1));
    slices.emplace_back(bytes.substr(at, size));
    at += size;
  }
  return grpc::ByteBuffer(slices.data(), slices.size());
}

std::string Joined(const RawData& data) {
  std::string all;
  for (const ByteView piece : data.pieces) all.append(piece.begin(), piece.end());
  return all;
}

std::string DataOf(std::size_t size) {
  v1::UploadMessage message;
  message.set_data(std::string(size, 'd'));
  return message.SerializeAsString();
}

TEST(RawMessages, ReadWhatProtobufReads) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (const std::size_t size : {0, 1, 126, 127, 128, 129, 16'383, 16'384, 300'000, 1'048'576}) {
    std::string data(size, '\0');
    for (char& byte : data) byte = static_cast<char>(random());
    v1::UploadMessage message;
    message.set_data(data);
    for (const std::size_t most : {std::size_t{1}, std::size_t{7}, std::size_t{8'192}, size + 9}) {
      if (most == 1 && size > 20'000) continue;
      const auto raw =
          ReadRawData<v1::UploadMessage>(Sliced(message.SerializeAsString(), random, most));
      ASSERT_TRUE(raw.has_value()) << size << " bytes in slices of " << most;
      EXPECT_EQ(raw->size, size);
      EXPECT_EQ(Joined(*raw), data);
    }
  }
}

TEST(RawMessages, LeaveEveryOtherMessageToProtobuf) {
  v1::UploadMessage opening;
  opening.mutable_opening()->set_body("body");
  v1::UploadMessage seal;
  seal.set_seal(std::string(32, 's'));
  const std::string data = DataOf(300);
  const std::string others[] = {
      opening.SerializeAsString(),
      seal.SerializeAsString(),
      "",
      data + data,                      // The last one counts, says protobuf.
      data + seal.SerializeAsString(),  // It is a seal, says protobuf.
      data + std::string("\x2a\x01x"),  // A field of a newer build.
      data.substr(0, data.size() - 1),  // It ends early.
      std::string("\x12\x80\x80\x80"),  // Its length ends early,
      std::string("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),  // or is absurd.
  };
  std::mt19937 random(1);
  for (const std::string& bytes : others) {
    EXPECT_FALSE(ReadRawData<v1::UploadMessage>(Sliced(bytes, random, 64)).has_value())
        << ::testing::PrintToString(bytes);
  }
}

// Any bytes at all: nothing, or what protobuf says.
TEST(RawMessages, NeverDifferFromProtobuf) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = DataOf(random() % 200);
    const std::size_t changes = random() % 4;
    for (std::size_t change = 0; change < changes; ++change) {
      bytes[random() % std::min<std::size_t>(bytes.size(), 4)] = static_cast<char>(random());
    }
    const grpc::ByteBuffer buffer = Sliced(bytes, random, 40);
    const auto raw = ReadRawData<v1::UploadMessage>(buffer);
    if (!raw.has_value()) continue;
    v1::UploadMessage message;
    ASSERT_TRUE(ReadRaw(buffer, &message)) << ::testing::PrintToString(bytes);
    ASSERT_TRUE(message.has_data());
    ASSERT_EQ(Joined(*raw), message.data()) << ::testing::PrintToString(bytes);
  }
}

template <class Message>
void ExpectWrittenAsProtobufReads() {
  for (const std::size_t size : {1, 127, 128, 1'048'576}) {
    const Bytes data(size, 0xda);
    const grpc::ByteBuffer raw = WriteRawData<Message>(SliceOf(data));
    Message message;
    ASSERT_TRUE(ReadRaw(raw, &message));
    EXPECT_EQ(message.data(), std::string(data.begin(), data.end()));
    EXPECT_EQ(raw.Length(), message.ByteSizeLong());
  }
}

TEST(RawMessages, WriteWhatProtobufReads) {
  ExpectWrittenAsProtobufReads<v1::UploadMessage>();
  ExpectWrittenAsProtobufReads<v1::DownloadMessage>();
}

TEST(RawMessages, ReadWhatTheyWrote) {
  const Bytes data(70'000, 0xda);
  const auto read =
      ReadRawData<v1::DownloadMessage>(WriteRawData<v1::DownloadMessage>(SliceOf(data)));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(Joined(*read), std::string(data.begin(), data.end()));
}

}  // namespace
}  // namespace amparo
