// The recovery test of client/founding.h: something random is sealed to the recovery recipient
// and must come back.

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/founding.h"
#include "client/text_file.h"
#include "crypto/digest.h"
#include "crypto/grant.h"
#include "crypto/sealed_object.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

constexpr std::size_t kChallengeBytes = 32;
constexpr std::size_t kSealedBytesMax = 1024;

struct Challenge {
  Hash proof;
  Bytes grant;
  Bytes payload;
};

absl::StatusOr<Challenge> ParseChallenge(absl::string_view text) {
  auto bytes = ParseTextFile(kRecoveryChallengeHeader, text);
  if (!bytes.ok()) return bytes.status();
  Reader in(*bytes);
  Challenge out;
  out.proof = in.Fixed<Hash>("proof");
  const ByteView grant = in.Vec16(kSealedBytesMax, "grant");
  const ByteView payload = in.Vec16(kSealedBytesMax, "payload");
  if (auto status = in.Finish("recovery challenge"); !status.ok()) return status;
  out.grant.assign(grant.begin(), grant.end());
  out.payload.assign(payload.begin(), payload.end());
  return out;
}

}  // namespace

absl::StatusOr<std::string> MakeRecoveryChallenge(const std::string& recovery, Hash* proof) {
  auto recipient = ParseRecipient(absl::StripAsciiWhitespace(recovery));
  if (!recipient.ok()) return recipient.status();
  const Secret<kChallengeBytes> challenge = Secret<kChallengeBytes>::Random();
  const FileKey key = FileKey::Random();
  auto grant = MakeGrant(key, *recipient);
  if (!grant.ok()) return grant.status();
  *proof = Sha256(challenge.Expose());
  Writer out;
  out.Fixed(*proof);
  out.Vec16(*grant);
  out.Vec16(SealSmall(key, challenge.Expose(), kChallengeBytes));
  return FormatTextFile(kRecoveryChallengeHeader, out.bytes());
}

absl::StatusOr<std::string> AnswerRecoveryChallenge(absl::string_view challenge,
                                                    const KeyBundle& keys) {
  auto parsed = ParseChallenge(challenge);
  if (!parsed.ok()) return parsed.status();
  if (!keys.identity.has_value()) {
    return absl::FailedPreconditionError("this home has no recovery key");
  }
  auto key = OpenGrant(parsed->grant, *keys.identity);
  if (!key.ok()) return key.status();
  auto opened = OpenSmall(*key, parsed->payload);
  if (!opened.ok()) return opened.status();
  if (Sha256(opened->Expose()) != parsed->proof) {
    return absl::DataLossError("the challenge is not the one its proof names");
  }
  return FormatTextFile(kRecoveryAnswerHeader, opened->Expose());
}

absl::StatusOr<Hash> CheckRecoveryAnswer(absl::string_view challenge, absl::string_view answer) {
  auto parsed = ParseChallenge(challenge);
  if (!parsed.ok()) return parsed.status();
  auto bytes = ParseTextFile(kRecoveryAnswerHeader, answer);
  if (!bytes.ok()) return bytes.status();
  if (Sha256(*bytes) != parsed->proof) {
    return absl::PermissionDeniedError("the answer is not what was sealed in the challenge");
  }
  return parsed->proof;
}

}  // namespace amparo::client
