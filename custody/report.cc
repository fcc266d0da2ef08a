#include "custody/report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace amparo::custody {
namespace {

using Json = nlohmann::ordered_json;

absl::string_view NameOf(FileKind kind) {
  if (kind == FileKind::kReceipt) return "receipt";
  return kind == FileKind::kEvidence ? "evidence" : "unknown";
}

Json Text(absl::string_view text) { return std::string(text); }

template <class Id>
Json HexOrNull(const Id& id) {
  return id.is_zero() ? Json() : Json(ToHex(id));
}
template <class Id>
Json HexOrNull(const std::optional<Id>& id) {
  return id.has_value() ? Json(ToHex(*id)) : Json();
}

Json StepJson(const Step& step) {
  return {{"position", step.position.value},
          {"kind", Text(KindName(step.kind))},
          {"by", ToHex(step.by)},
          {"certificate", ToHex(step.certificate)},
          {"time", step.time.value},
          {"events", step.events},
          {"statement", ToHex(step.statement)}};
}

}  // namespace

std::string FormatReport(FileKind kind, const Judgement& judgement,
                         const std::vector<ComparedFile>& files) {
  const bool is_valid = judgement.verdict == Verdict::kValid;
  Json out = {{"kind", Text(NameOf(kind))}, {"verdict", Text(VerdictName(judgement.verdict))}};
  out["reason"] = judgement.reason ? Text(ReasonName(*judgement.reason)) : Json();
  out["position"] = judgement.position ? Json(judgement.position->value) : Json();
  out["org"] = judgement.was_read ? HexOrNull(judgement.org) : Json();
  out["document"] = judgement.was_read ? HexOrNull(judgement.document) : Json();
  out["checkpoint"] =
      is_valid ? Json{{"size", judgement.head->size.value}, {"root", ToHex(judgement.head->root)}}
               : Json();
  out["state"] = is_valid ? Text(workflow::StateName(judgement.state)) : Json();
  out["directory_whole_to"] = is_valid ? Json(judgement.directory_whole_to.value) : Json();
  out["cosigned"] = Json::array();
  out["unknown_signers"] = Json::array();
  out["history"] = Json::array();
  out["files"] = Json::array();
  if (is_valid) {
    for (const CosignedBy& by : judgement.cosigned) {
      out["cosigned"].push_back(
          {{"name", by.name}, {"member", HexOrNull(by.member)}, {"time", by.time.value}});
    }
    for (const std::string& name : judgement.unknown_signers) {
      out["unknown_signers"].push_back(name);
    }
    for (const Step& step : judgement.steps) out["history"].push_back(StepJson(step));
    for (const ComparedFile& file : files) {
      out["files"].push_back({{"sha256", ToHex(file.sha256)}, {"object", HexOrNull(file.object)}});
    }
  }
  return out.dump(2) + "\n";
}

int ExitCodeOf(const Judgement& judgement, const std::vector<ComparedFile>& files) {
  switch (judgement.verdict) {
    case Verdict::kUpdateRequired:
      return 3;
    case Verdict::kInvalid:
    case Verdict::kNotEvidence:
      return 7;
    case Verdict::kValid:
      return std::ranges::all_of(files, [](const auto& file) { return file.object.has_value(); })
                 ? 0
                 : 7;
    default:
      return 0;
  }
}

}  // namespace amparo::custody
