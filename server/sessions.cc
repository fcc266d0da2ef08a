#include "server/sessions.h"

#include <utility>

#include "crypto/digest.h"
#include "server/refusal.h"
#include "statement/codec.h"

namespace amparo::server {
namespace {

// Each with its NUL.
constexpr char kSessionLabel[] = "amparo/session/v1\n";
constexpr char kRequestLabel[] = "amparo/request/v1\n";
constexpr char kChallengeLabel[] = "amparo/challenge/v1\n";

template <std::size_t N>
ByteView Label(const char (&label)[N]) {
  return ByteView(reinterpret_cast<const std::uint8_t*>(label), N);
}

constexpr std::size_t kChallengeClearBytes = 16;  // Time and random; then 16 of the MAC.

Hash ChallengeMac(const Secret<32>& key, ByteView clear) {
  return HmacSha256(key.Expose(), {Label(kChallengeLabel), clear});
}

bool IsForWitnesses(absl::string_view method) {
  return method == "Checkpoint" || method == "Cosign";
}

absl::Status Refused() { return Refuse(Reason::kSessionRefused, "no such session or key"); }

}  // namespace

bool CounterWindow::Accept(std::uint64_t counter) {
  if (!highest_) {
    highest_ = counter;
  } else if (counter > *highest_) {
    const std::uint64_t steps = counter - *highest_;
    if (steps >= kCounterWindow) {
      seen_.reset();
    } else {
      for (std::uint64_t i = 1; i <= steps; ++i) seen_.reset((*highest_ + i) % kCounterWindow);
    }
    highest_ = counter;
  } else if (*highest_ - counter >= kCounterWindow || seen_.test(counter % kCounterWindow)) {
    return false;
  }
  seen_.set(counter % kCounterWindow);
  return true;
}

Sessions::Sessions(Options options)
    : options_(std::move(options)), challenge_key_(Secret<32>::Random()) {}

Nonce Sessions::Challenge() const {
  Writer writer;
  writer.U64(options_.clock().value);
  std::array<std::uint8_t, 8> random{};
  FillRandom(random);
  writer.Raw(random);
  const Hash mac = ChallengeMac(challenge_key_, writer.bytes());
  writer.Raw(mac.view().first(Nonce::kSize - kChallengeClearBytes));
  return *Nonce::From(writer.bytes());
}

bool Sessions::IsFresh(const Nonce& challenge, UnixSeconds now) const {
  const ByteView clear = challenge.view().first(kChallengeClearBytes);
  const ByteView tag = challenge.view().subspan(kChallengeClearBytes);
  const Hash mac = ChallengeMac(challenge_key_, clear);
  if (!EqualConstantTime(mac.view().first(tag.size()), tag)) return false;
  Reader reader(clear.first(8));
  const std::uint64_t made = reader.U64("time");
  return made <= now.value && now.value - made <= kChallengeLifetime_s;
}

bool Sessions::Spend(const Nonce& challenge, UnixSeconds now) {
  std::erase_if(
      spent_, [&](const auto& one) { return now.value - one.second.value > kChallengeLifetime_s; });
  if (spent_.size() >= kSpentChallengesMax) return false;
  return spent_.emplace(challenge, now).second;
}

Bytes Sessions::SignedBytes(const SessionRequest& request, const Hash& server_key_hash) {
  Writer writer;
  writer.Raw(Label(kSessionLabel));
  writer.Fixed(request.org);
  writer.Fixed(server_key_hash);
  writer.Fixed(request.challenge);
  writer.Fixed(request.client_nonce);
  writer.Fixed(request.certificate);
  return writer.Take();
}

void Sessions::MakeRoom(const Hash& certificate, UnixSeconds now) {
  std::erase_if(sessions_, [&](const auto& one) {
    return now.value - one.second.last_used.value > kSessionIdleTimeout_s;
  });
  std::size_t count = 0;
  auto idlest = sessions_.end();
  for (auto it = sessions_.begin(); it != sessions_.end(); ++it) {
    if (it->second.caller.certificate != certificate) continue;
    ++count;
    if (idlest == sessions_.end() || it->second.last_used < idlest->second.last_used) idlest = it;
  }
  if (count >= kSessionsPerCertificateMax) sessions_.erase(idlest);
}

absl::StatusOr<OpenedSession> Sessions::Open(const SessionRequest& request) {
  const UnixSeconds now = options_.clock();
  const auto known = options_.lookup(request.org, request.certificate);
  // An unknown certificate costs the same work as a wrong signature.
  static const VerifyKey nobody = SigningKey::Generate().verify_key();
  const bool is_signed =
      VerifySignature(known ? known->authentication : nobody,
                      SignedBytes(request, options_.server_key_hash), request.signature);
  if (!known || !is_signed || !IsFresh(request.challenge, now)) return Refused();
  const std::lock_guard lock(mutex_);
  if (!Spend(request.challenge, now)) return Refused();
  MakeRoom(known->hash, now);
  if (sessions_.size() >= kSessionsMax) {
    return Refuse(Reason::kServerBusy, "too many sessions are open");
  }
  OpenedSession opened{.session = RandomId<SessionId>(), .secret = Secret<32>::Random()};
  sessions_[opened.session] = {.caller = {.org = request.org,
                                          .member = known->member,
                                          .certificate = known->hash,
                                          .is_witness = known->is_witness},
                               .secret = opened.secret.Duplicate(),
                               .counters = {},
                               .last_used = now};
  return opened;
}

absl::StatusOr<Caller> Sessions::Authenticate(const Envelope& envelope, absl::string_view method) {
  const auto id = SessionId::From(envelope.session);
  if (!id || method.size() > 255) return Refused();
  const UnixSeconds now = options_.clock();
  Writer rest;
  rest.Fixed(*id);
  rest.U64(envelope.counter);
  rest.Vec8(AsBytes(method));
  const Hash body = Sha256(envelope.body);
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(*id);
  if (found == sessions_.end()) return Refused();
  Session& session = found->second;
  const Hash mac =
      HmacSha256(session.secret.Expose(), {Label(kRequestLabel), rest.bytes(), body.view()});
  if (!EqualConstantTime(mac.view(), envelope.mac)) return Refused();
  const auto known = options_.lookup(session.caller.org, session.caller.certificate);
  if (!known || now.value - session.last_used.value > kSessionIdleTimeout_s) {
    sessions_.erase(found);
    return Refused();
  }
  if (!session.counters.Accept(envelope.counter)) return Refused();
  session.last_used = now;
  if (session.caller.is_witness && !IsForWitnesses(method)) return Refused();
  return session.caller;
}

}  // namespace amparo::server
