#include "client/cli/outcomes.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "client/connection.h"

namespace amparo::cli {
namespace {

struct ReasonText {
  absl::string_view reason;
  absl::string_view message;  // Empty: the status' own, which names the file or the people.
  absl::string_view hint;
};

// One row per name of docs/spec/workflow.md, docs/spec/directory.md and
// docs/spec/requests.md that a person can meet. Others are shown by their name.
constexpr ReasonText kReasons[] = {
    {"UPDATE_REQUIRED", "this program is older than the organisation's rules",
     "install the newest amparo and try again; nothing is lost"},
    {"STATE_FORBIDS", "the document is not in a state where this can be done",
     "see where it stands: amparo status DOC"},
    {"STALE", "somebody was faster: the document has moved on", "look again: amparo status DOC"},
    {"ROLE_REQUIRED", "your role does not include this",
     "amparo whoami shows your roles; ask a coordinator"},
    {"DESK_REQUIRED", "this case belongs to another desk", "ask a coordinator of that desk"},
    {"NOT_ON_THIS_CASE", "this case is not shared with you",
     "ask its coordinator for: amparo case share CASE --with YOU"},
    {"NOT_THE_ASSIGNEE", "this document is not assigned to you", "amparo inbox lists what is"},
    {"NOT_THE_REVIEWER", "you are not this document's reviewer", "amparo inbox lists what is"},
    {"NOT_THE_SUBMITTER", "only who submitted a document, or a coordinator, replaces it",
     "submit a document of its own, without --replaces"},
    {"NOT_AN_ATTORNEY_OF_THIS", "this document was not delivered to you",
     "ask its coordinator for: amparo deliver DOC --to YOU"},
    {"TRANSLATOR_INVALID", "the translator named is no valid translator now",
     "amparo members --role translator lists those who are"},
    {"REVIEWER_INVALID", "the reviewer named is no valid reviewer now",
     "amparo members --role reviewer lists those who are"},
    {"ATTORNEY_INVALID", "somebody named as attorney is none now",
     "amparo members --role attorney lists those who are"},
    {"GRANTEE_INVALID", "the rules do not let that person have this",
     "amparo members shows roles and desks"},
    {"REVIEWER_IS_TRANSLATOR", "one person cannot translate and review the same document",
     "name a second person with --reviewer"},
    {"REVIEWER_IS_SUBMITTER", "who submitted a document cannot review it", "name another reviewer"},
    {"APPROVER_IS_AUTHOR", "you wrote a version of this translation and cannot approve it",
     "ask the coordinator to assign another reviewer"},
    {"APPROVER_IS_SUBMITTER", "you submitted this document and cannot approve its translation",
     "ask the coordinator to assign another reviewer"},
    {"TRANSLATOR_IS_SUBMITTER", "who submitted a document cannot translate it",
     "name another translator"},
    {"TEXT_IS_NOT_CURRENT", "a newer version was handed in meanwhile",
     "open it again and decide on what you read then"},
    {"SOURCE_IS_NOT_CURRENT", "the source was replaced by a better copy",
     "open the new source: amparo open DOC --source -o DIR"},
    {"NUMBER_TAKEN", "another document of this case was submitted at the same moment",
     "run the same command again"},
    {"NOTE_MISSING", "this needs a few words", "type them when asked, or give --text-file FILE"},
    {"USABLE_GRANT_MISSING", "nobody who needs it could open this",
     "run amparo sync; then see that the desk has a coordinator: amparo members"},
    {"LEASE_INVALID", "the lease must end in the future, within 90 days",
     "give --lease-days 1 to 90"},
    {"NO_ATTORNEY", "nobody to deliver to", "name one: --to ATTORNEY"},
    {"ALREADY_RECEIVED", "you have received this document already",
     "it is open to you: amparo open DOC --translation -o DIR"},
    {"QUESTION_UNKNOWN", "there is no open question to answer", "amparo history DOC shows them"},
    {"RECOVERY_UNTESTED", "no case opens before the recovery key was tested",
     "a registrar runs: amparo org challenge, and the key's keeper: amparo recovery test"},
    {"NOT_OPENED_HERE", "you have not opened both source and translation on this computer",
     "amparo open DOC --source -o DIR, then amparo open DOC --translation -o DIR"},
    {"VIEW_TOO_OLD", "this copy of the log is too old to give anybody new a key",
     "ask any colleague to run amparo sync, then run it here"},
    {"NOT_WITNESSED", "",
     "ask any colleague to run amparo sync, then run it here; if a key cannot wait, give "
     "--not-witnessed, which records it"},
    {"ALARM_STANDS", "", "run amparo sync: it shows what is wrong, whom to call, and when it ends"},
    {"EPOCH_UNCONFIRMED", "",
     "compare the root with a registrar by telephone, then: amparo sync --accept-epoch"},
    {"TIME_STANDS_STILL", "",
     "set this computer's clock; if it is right, call a registrar, not through this server"},
    {"WRONG_FILE", "", "choose the translation's own file"},
    {"FILE_CHANGED", "", "look at the file and run the same command again"},
    {"AMBIGUOUS", "", "give the full code or id"},
    {"NO_PROOF", "", "ask whoever gave it to you for a new one, and say what is wrong with this"},
    {"NOT_EVIDENCE", "", "it is whole, and nothing follows from it"},
    {"FILE_NOT_IN_RECEIPT", "",
     "a copy that was converted or saved again is another file; was the receipt made "
     "--with-files?"},
    {"NO_READER", "nobody could open this: the desk has no coordinator who can receive",
     "ask a registrar to admit a coordinator for this desk"},
    {"NOT_GRANTED", "", "ask a coordinator of the case for: amparo share DOC --with YOU"},
    {"NO_TRANSLATION", "no translation was handed in yet",
     "see where it stands: amparo status DOC"},
    {"DESK_UNKNOWN", "no coordinator works at this desk", "amparo members --role coordinator"},
    {"STORAGE_FULL", "the server's disk has no room left",
     "tell its operator; nothing was changed"},
    {"QUOTA_REACHED",
     "too much of what you uploaded is in no document yet, or you said too much today",
     "finish what you began to submit, or wait a day"},
    {"ORGANIZATION_FULL", "your organisation stores as much as the server's operator allows",
     "ask the operator for more; uploads that broke off make room after a day"},
    {"NOT_VISIBLE", "there is no such document or case, or it is not yours to see now",
     "run amparo sync and look again: amparo inbox"},
    {"NOT_KNOWN_IF_SAID", "",
     "the server may have stored it before the link broke: run amparo sync and look, then say it "
     "again if it is not there"},
    {"NO_ANSWER", "", "try again later; nothing is lost"},
    {"DISK_ERROR", "",
     "this computer's disk or stick fails, or was pulled out: put it back, or use another one"},
    {"OFFLINE", "", "this needs the server: run it again without --offline"},
    {"SERVER_BUSY", "the server has too much to do", "try again in a minute; nothing was changed"},
    {"TOKEN_UNKNOWN", "the server does not know this founding token",
     "ask its operator for a new one: amparod token"},
    {"TOKEN_USED", "this founding token was used already",
     "ask the server's operator for a new one: amparod token"},
    {"TOKEN_EXPIRED", "this founding token has expired",
     "ask the server's operator for a new one: amparod token"},
    {"TOO_MANY_REQUESTS", "too many requests wait under this invitation",
     "ask the registrar for a new one"},
    {"REVOKED", "this device or member was revoked", "ask a registrar"},
    {"EXPIRED", "this certificate has expired", "ask a registrar for: amparo org reissue"},
    {"NOT_YET_ENDORSED", "a second registrar has not endorsed you yet",
     "ask one to run: amparo org endorse"},
    {"INVITATION_UNKNOWN", "the server does not know this invitation",
     "check that the file is whole; else ask for a new one"},
    {"INVITATION_USED", "this invitation was used already",
     "if you were admitted meanwhile, all is well: amparo whoami; else ask the registrar for a "
     "new one"},
    {"INVITATION_EXPIRED", "this invitation has expired", "ask the registrar for a new one"},
    {"INVITATION_MISMATCH", "the request is not what the invitation allows",
     "do not admit it; ask the registrar who invited"},
    {"OWN_CERTIFICATE", "nobody admits or endorses themselves", "ask the other registrar"},
    {"SAME_REGISTRAR", "the registrar who admitted somebody cannot also endorse them",
     "ask another registrar to run: amparo org endorse"},
    {"ALREADY_ENDORSED", "that member is endorsed already", ""},
    {"NOTHING_TO_REVOKE", "there is nothing of that member to revoke", "amparo members --all"},
    {"NO_BUNDLE", "", "ask whoever gave it to you for the file that amparo made"},
    {"BUNDLE_DAMAGED", "",
     "copy it to the stick again, and remove the stick only when the system says so"},
    {"BUNDLE_FOR_ANOTHER", "", "give it to whom it is for, or ask for one of your own"},
    {"BUNDLE_STARTS_LATER", "",
     "ask for a new one, made with --since and the number of entries that amparo log status shows"},
    {"BUNDLE_LACKS", "", "ask a coordinator who sees all that you see, or connect once"},
    {"BUNDLE_CONTRADICTS", "",
     "keep the file, take nothing from it, and ask a registrar by another way"},
    {"BUNDLE_TOO_LARGE", "",
     "several bundles, each naming some of the documents, are opened one after the other"},
    {"WRONG_ORGANIZATION", "", "take it in at a home of that organisation"},
    {"HOME_IS_LIGHT", "", "with a connection, once: amparo sync --full"},
    {"ACTS_REFUSED", "", "give --receipts FILE back to whoever signed them: they can act anew"},
    {"KEPT_DID_NOT_FIT", "", "run the same command again: it fetches the document anew"},
    {"PROXY_MALFORMED", "", "give socks5://HOST:PORT; Tor listens on socks5://127.0.0.1:9050"},
    {"PROXY_WITH_PASSWORD", "",
     "leave them away: Tor needs none, and other programs can read what is typed here"},
    {"PROXY_UNREACHABLE", "",
     "is Tor running? amparo proxy shows where it is expected; nothing is lost"},
    {"PROXY_NOT_SOCKS5", "",
     "amparo proxy shows and changes where the proxy is; Tor listens on socks5://127.0.0.1:9050"},
    {"PROXY_WANTS_PASSWORD", "",
     "use a proxy that asks for none, as Tor's own port on socks5://127.0.0.1:9050"},
    {"PROXY_REFUSED", "", "ask who runs the proxy; amparo proxy changes it"},
    {"PROXY_SILENT", "",
     "is it a SOCKS5 proxy, and does it still run? start Tor again, or see amparo proxy"},
    {"PROXY_TIMEOUT", "", "Tor may still be starting: try again in a minute; nothing is lost"},
    {"SERVER_NOT_REACHED", "",
     "the proxy works: is the server up, and its address right? try again; nothing is lost"},
    {"WRONG_SERVER", "", "check the connection and try again; nothing is lost"},
    {"OUTCOME_CHANGED", "", "look again and decide: amparo status DOC"},
    {"SPOOL_DAMAGED", "", "drop it, and submit or hand in the files again"},
    {"HOME_BUSY", "",
     "wait until it ends, or stop it with Ctrl-C: what it began is kept, and goes on with the next "
     "command"},
    {"ITEM_BUSY", "",
     "wait until it is sent, or stop that amparo with Ctrl-C first; amparo outbox shows it"},
    {"ITEM_SENT", "", "amparo outbox --all shows it"},
    {"ITEM_NOT_REFUSED", "", "amparo sync sends what waits"},
    {"ITEM_WAITS", "", "amparo sync sends it; amparo outbox shows why it waits"},
    {"BLOB_MISSING", "the server has not stored all of a file", "run the same command again"},
    {"BLOB_DAMAGED", "bytes that the server was given are not those of the file",
     "run the same command again"},
    {"OBJECT_TAKEN", "somebody else has claimed the ids of these files in the log",
     "drop it (amparo outbox drop ITEM), and submit or hand in the files again: they get new ids"},
};

Outcome ByCode(const absl::Status& status) {
  const std::string message(status.message());
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return {.code = kExitOk, .message = "", .hint = ""};
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return {.code = kExitUsage, .message = message, .hint = "--help shows an example"};
    case absl::StatusCode::kFailedPrecondition:
      return {.code = kExitRefused, .message = message, .hint = "--help shows what is needed"};
    case absl::StatusCode::kAlreadyExists:
      return {.code = kExitRefused,
              .message = message,
              .hint = "nothing was overwritten; choose another name"};
    case absl::StatusCode::kPermissionDenied:
      return {
          .code = kExitRefused, .message = message, .hint = "amparo whoami shows who you are here"};
    case absl::StatusCode::kNotFound:
      return {.code = kExitNotFound,
              .message = message,
              .hint = "check the spelling; amparo sync fetches what is new"};
    case absl::StatusCode::kAborted:
      return {.code = kExitRace,
              .message = message,
              .hint = "look again and decide: amparo status DOC"};
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return {.code = kExitUnavailable,
              .message = message,
              .hint = "check the connection and try again; nothing is lost"};
    case absl::StatusCode::kDataLoss:
      return {.code = kExitAlarm,
              .message = message,
              .hint = "stop, change nothing, and tell a registrar by another way than this server"};
    case absl::StatusCode::kUnauthenticated:
      return {.code = kExitLocked,
              .message = message,
              .hint = "ask a registrar whether this device was admitted, revoked or has expired"};
    case absl::StatusCode::kCancelled:
      return {.code = kExitCancelled, .message = message, .hint = "nothing was changed"};
    case absl::StatusCode::kResourceExhausted:
      return {.code = kExitNoRoom, .message = message, .hint = "make room or wait, then try again"};
    default:
      return {.code = kExitInternal,
              .message = message,
              .hint = "this is a fault of amparo: please report it"};
  }
}

}  // namespace

Outcome OutcomeOf(const absl::Status& status) {
  Outcome outcome = ByCode(status);
  const std::optional<client::ErrorDetail> detail = client::DetailOf(status);
  if (!detail || detail->reason.empty()) return outcome;
  for (const ReasonText& row : kReasons) {
    if (row.reason != detail->reason) continue;
    outcome.message =
        absl::StrCat(row.message.empty() ? outcome.message : row.message, " (", row.reason, ")");
    if (row.reason == "DISK_ERROR") outcome.code = kExitNoRoom;
    if (row.reason == "AMBIGUOUS") outcome.code = kExitNotFound;
    if (row.reason == "BUNDLE_DAMAGED") outcome.code = kExitRefused;  // A stick, and no liar.
    outcome.hint = std::string(row.hint);
    return outcome;
  }
  outcome.message = absl::StrCat(outcome.message, " (", detail->reason, ")");
  return outcome;
}

}  // namespace amparo::cli
