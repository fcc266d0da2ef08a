#include "client/plans.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/platform.h"
#include "client/verbs.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

constexpr std::uint8_t kSubmit = 1, kHandIn = 2;
constexpr std::size_t kPathBytesMax = 4096;
constexpr std::size_t kTextBytesMax = 64 * 1024 - 1;
constexpr std::size_t kWarningsMax = 255;

std::string Text(ByteView bytes) { return std::string(AsText(bytes)); }

absl::Status WriteFiles(Writer& out, const std::vector<FileToSend>& files) {
  out.U16(static_cast<std::uint16_t>(files.size()));
  for (const FileToSend& file : files) {
    std::error_code error;
    const std::string path = std::filesystem::canonical(file.path, error).string();
    if (error || path.size() > kPathBytesMax) {
      return absl::InvalidArgumentError(
          absl::StrCat(file.path, ": ", error ? error.message() : "its path is too long"));
    }
    out.Vec16(AsBytes(path));
    out.Vec16(AsBytes(file.name));
    out.U64(file.size);
    out.U64(file.modified_ns);
    out.Vec8(AsBytes(file.media_type));
  }
  return absl::OkStatus();
}

absl::Status CheckUnchanged(const FileToSend& file) {
  const auto info = platform::Look(file.path);
  if (info.ok() && info->type == platform::FileInfo::Type::kRegular && info->size == file.size &&
      info->modified_ns == file.modified_ns) {
    return absl::OkStatus();
  }
  return Refused(absl::StatusCode::kFailedPrecondition, "FILE_CHANGED",
                 absl::StrCat(file.path,
                              " is not what it was when sealing it was interrupted; nothing of "
                              "it was sent that anybody can read"));
}

std::vector<FileToSend> ReadFiles(Reader& in, absl::Status& changed) {
  std::vector<FileToSend> files;
  std::size_t count = in.U16("files");
  if (count > 200) in.Fail("files", "too many");
  for (; count > 0 && in.ok(); --count) {
    FileToSend file;
    file.path = Text(in.Vec16(kPathBytesMax, "path"));
    file.name = Text(in.Vec16(kPathBytesMax, "name"));
    file.size = in.U64("size");
    file.modified_ns = in.U64("modified");
    file.media_type = Text(in.Vec8(255, "media type"));
    if (changed.ok() && in.ok()) changed = CheckUnchanged(file);
    files.push_back(std::move(file));
  }
  return files;
}

void WriteSubmit(Writer& out, const SubmitPlan& plan) {
  const SubmitOptions& options = plan.options;
  out.Fixed(plan.document);
  out.Fixed(options.case_id);
  for (const std::string* text :
       {&options.title, &options.language, &options.variety, &options.due_date}) {
    out.Vec16(AsBytes(*text));
  }
  out.U8(static_cast<std::uint8_t>(options.content_warnings.size()));
  for (const std::string& warning : options.content_warnings) out.Vec16(AsBytes(warning));
  out.U16(options.pages);
  out.Fixed(options.replaces.value_or(SubjectId{}));
}

void ReadSubmit(Reader& in, SubmitPlan& plan) {
  SubmitOptions& options = plan.options;
  plan.document = in.Fixed<SubjectId>("document");
  options.case_id = in.Fixed<SubjectId>("case");
  for (std::string* text :
       {&options.title, &options.language, &options.variety, &options.due_date}) {
    *text = Text(in.Vec16(kTextBytesMax, "text"));
  }
  for (std::size_t n = in.U8("warnings"); n > 0 && in.ok(); --n) {
    options.content_warnings.push_back(Text(in.Vec16(kTextBytesMax, "warning")));
  }
  options.pages = in.U16("pages");
  const auto replaces = in.Fixed<SubjectId>("replaces");
  if (!replaces.is_zero()) options.replaces = replaces;
}

void WriteHandIn(Writer& out, const HandInPlan& plan) {
  out.Fixed(plan.document);
  out.U16(plan.version);
  out.U64(plan.words);
  const CertificateDraft& draft = plan.draft;
  for (const std::string* text : {&plan.certificate_text, &draft.legal_name, &draft.address,
                                  &draft.telephone, &draft.language, &draft.variety, &draft.date}) {
    out.Vec16(AsBytes(*text));
  }
  out.U8(draft.interpreted ? 1 : 0);
}

void ReadHandIn(Reader& in, HandInPlan& plan) {
  plan.document = in.Fixed<SubjectId>("document");
  plan.version = in.U16("version");
  plan.words = in.U64("words");
  CertificateDraft& draft = plan.draft;
  for (std::string* text : {&plan.certificate_text, &draft.legal_name, &draft.address,
                            &draft.telephone, &draft.language, &draft.variety, &draft.date}) {
    *text = Text(in.Vec16(kTextBytesMax, "text"));
  }
  draft.interpreted = in.U8("interpreted") == 1;
}

}  // namespace

absl::StatusOr<Bytes> EncodePlan(const Plan& plan) {
  Writer out;
  const auto* submit = std::get_if<SubmitPlan>(&plan);
  const auto* hand_in = std::get_if<HandInPlan>(&plan);
  if (submit != nullptr && submit->options.content_warnings.size() > kWarningsMax) {
    return absl::InvalidArgumentError("more than 255 content warnings");
  }
  out.U8(submit != nullptr ? kSubmit : kHandIn);
  absl::Status files = WriteFiles(out, submit != nullptr ? submit->files : hand_in->files);
  if (!files.ok()) return files;
  if (submit != nullptr) WriteSubmit(out, *submit);
  if (hand_in != nullptr) WriteHandIn(out, *hand_in);
  return out.Take();
}

absl::StatusOr<Plan> DecodePlan(ByteView bytes) {
  Reader in(bytes);
  const std::uint8_t which = in.U8("plan");
  absl::Status changed;
  std::vector<FileToSend> files = ReadFiles(in, changed);
  Plan plan;
  if (which == kSubmit) {
    SubmitPlan submit;
    ReadSubmit(in, submit);
    submit.files = std::move(files);
    plan = std::move(submit);
  } else if (which == kHandIn) {
    HandInPlan hand_in;
    ReadHandIn(in, hand_in);
    hand_in.files = std::move(files);
    plan = std::move(hand_in);
  } else {
    in.Fail("plan", "unknown");
  }
  const absl::Status status = in.Finish("plan");
  if (!status.ok()) {
    return absl::DataLossError(absl::StrCat("the plan of an act: ", status.message()));
  }
  if (!changed.ok()) return changed;
  return plan;
}

absl::Status TakeUp(Workplace& place, const OutboxItem& item) {
  absl::StatusOr<Plan> plan = DecodePlan(item.plan);
  if (!plan.ok()) return plan.status();
  if (const auto* submit = std::get_if<SubmitPlan>(&*plan)) {
    return verbs::SubmitAgain(place, *submit, item.number);
  }
  return verbs::HandInAgain(place, std::get<HandInPlan>(*plan), item.number);
}

}  // namespace amparo::client
