#include "tests/custody/random_log.h"

#include <algorithm>
#include <iterator>

namespace amparo::testing {
namespace {

constexpr const char* kCast[] = {"fay", "cleo", "tina", "rita", "ada", "ben"};
constexpr std::uint64_t kWaits[] = {60, 3600, 86'400, 30 * 86'400};

std::string Anybody(Random& random) { return kCast[Pick(random, std::size(kCast))]; }

// Who does this, if all goes well.
std::string UsualActor(const Act& act) {
  switch (KindOf(act)) {
    case Kind::kSubmit:
      return "fay";
    case Kind::kAccept:
    case Kind::kDecline:
    case Kind::kGiveBack:
    case Kind::kHandIn:
      return "tina";
    case Kind::kReturn:
    case Kind::kApprove:
      return "rita";
    case Kind::kReceive:
      return "ada";
    default:
      return "cleo";
  }
}

Act RandomAct(const CustodyLog& log, Random& random) {
  const workflow::Document& document = log.document();
  const Hash source = document.sources.empty() ? Hash{} : document.sources.back().statement;
  const Hash translation =
      document.translations.empty() ? Hash{} : document.translations.back().statement;
  const UnixSeconds lease{(log.now().value / 3600 + 24 + Pick(random, 200)) * 3600};
  const auto next = [](std::size_t count) { return static_cast<std::uint16_t>(count + 1); };
  const auto member = [&] { return Organisation::Member(Anybody(random)); };
  switch (Pick(random, 19)) {
    case 0:
      return Submit{.case_id = SubjectId::Filled(0xca), .version = next(document.sources.size())};
    case 1:
    case 2:
      return Assign{.translator = OneIn(random, 6) ? member() : Organisation::Member("tina"),
                    .reviewer = OneIn(random, 6) ? member() : Organisation::Member("rita"),
                    .attorneys = {Organisation::Member("ada")},
                    .lease_end = lease,
                    .due_week = 0};
    case 3:
    case 4:
      return Accept{};
    case 5:
    case 6:
    case 7:
      return HandIn{.version = next(document.translations.size()), .source = source};
    case 8:
      return Return{.translation = translation};
    case 9:
    case 10:
    case 11:
      return Approve{.translation = translation, .source = source};
    case 12:
      return Receive{.translation = translation, .source = source};
    case 13:
      return Deliver{
          .attorneys = {OneIn(random, 4) ? member() : Organisation::Member("ada")},
          .already_in_target_language = OneIn(random, 3) ? std::uint8_t{1} : std::uint8_t{0}};
    case 14:
      return Reopen{.lease_end = lease};
    case 15:
      return OneIn(random, 2) ? Act(Decline{}) : Act(GiveBack{});
    case 16:
      return OneIn(random, 6) ? Act(Withdraw{}) : Act(Unassign{});
    case 17:
      return Share{.with = member()};
    default: {
      const bool answers = !document.questions.empty() && OneIn(random, 2);
      return Note{.type = answers ? NoteType::kAnswer : NoteType::kQuestion,
                  .in_reply_to = answers ? document.questions.back().statement : Hash{}};
    }
  }
}

// One thing about the statement is another than it would truthfully be.
CustodyLog::Bend RandomBend(const CustodyLog& log, Random& random) {
  const std::size_t which = Pick(random, 9);
  const std::size_t at = Pick(random, log.size());
  return [&log, which, at](Statement& said, Body& body) {
    switch (which) {
      case 0:
        return body.grants.clear();
      case 1:
        if (!body.objects.empty()) body.objects.pop_back();
        return;
      case 2:
        said.subject_prev = HashOf(log.At(at));
        return;
      case 3:
        said.subject_prev = {};
        return;
      case 4:
        said.subject_type = static_cast<std::uint8_t>(1 + at % 4);
        return;
      case 5:
        said.actor = Organisation::Member("ben");
        return;
      case 6:
        if (!body.objects.empty() && !log.parts().empty()) {
          body.objects.back().object = log.parts().front().ref.object;
          std::erase_if(body.grants, [](const GrantRef&) { return true; });
        }
        return;
      case 7:
        if (auto* act = std::get_if<HandIn>(&body.act)) ++act->version;
        if (auto* act = std::get_if<Submit>(&body.act)) act->number = 2;
        if (auto* act = std::get_if<Assign>(&body.act)) act->lease_end.value += 200 * 86'400;
        if (auto* act = std::get_if<Approve>(&body.act)) act->translation = act->source;
        return;
      default:
        if (body.grants.size() > 1) body.grants.resize(body.grants.size() / 2);
    }
  };
}

SignedStatement RandomTurnOfTheDirectory(CustodyLog& log, Random& random) {
  const std::string by = OneIn(random, 6) ? Anybody(random) : OneIn(random, 2) ? "ria" : "rob";
  const std::string about = Anybody(random);
  switch (Pick(random, 4)) {
    case 0:
      return log.Compose(by, Endorse{.certificate = log.Certificate(about)});
    case 1:
      return log.Compose(by, Certify{.certificate = Organisation::CertificateFor(
                                         "mallory", RolesOf({Role::kTranslator}), {})});
    case 2:
      return log.Compose(by,
                         Revoke{.member = Organisation::Member(about),
                                .certificate = OneIn(random, 2) ? Hash{} : log.Certificate(about)});
    default: {
      Invite invite;
      invite.invite = InviteId::Filled(static_cast<std::uint8_t>(1 + Pick(random, 250)));
      invite.roles = RolesOf({Role::kTranslator});
      invite.expiry.value = log.now().value + 86'400;
      return log.Compose(by, invite);
    }
  }
}

SignedStatement RandomStatement(CustodyLog& log, Random& random) {
  if (OneIn(random, 12)) return RandomTurnOfTheDirectory(log, random);
  const Act act = RandomAct(log, random);
  const std::string by = OneIn(random, 8) ? Anybody(random) : UsualActor(act);
  return log.Compose(by, act, OneIn(random, 8) ? RandomBend(log, random) : CustodyLog::Bend());
}

}  // namespace

RandomLog MakeRandomLog(Random& random) {
  static const auto* const kBegun = new CustodyLog({std::begin(kCast), std::end(kCast)});
  RandomLog made{.log = *kBegun, .refused = {}};
  CustodyLog& log = made.log;
  log.Submit();
  const std::size_t steps = 2 + Pick(random, 12);
  const std::size_t tries = 40;
  for (std::size_t done = 0, tried = 0; done < steps && tried < steps * tries; ++tried) {
    if (OneIn(random, 40)) {
      log.TickAfter(kWaits[Pick(random, std::size(kWaits))]);
      ++done;
      continue;
    }
    const SignedStatement next = RandomStatement(log, random);
    const bool allowed = log.Allows(next);
    // What is refused is rare enough for histories to grow.
    if (!allowed && !OneIn(random, 60)) continue;
    const std::uint64_t at = log.Add(next);
    if (!allowed && !made.refused) made.refused = at;
    ++done;
  }
  log.TickAfter(100);
  return made;
}

}  // namespace amparo::testing
