// The part of the service that answers with heads, proofs and lone statements.

#include <utility>

#include "server/answering.h"
#include "server/light.h"
#include "server/proving.h"
#include "server/service.h"

namespace amparo::server {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

// A witness sees heads: no statement, and not which member looked when.
Reactor* Service::Checkpoint(Context* context, const v1::Envelope* request,
                             v1::CheckpointReply* reply) {
  return AnswerInSession<v1::CheckpointRequest>(
      parts_, "Checkpoint", context, *request, *reply,
      [&](const Authenticated& who, const v1::CheckpointRequest& inner) -> absl::Status {
        auto head = ProveHead(*who.organization, TreeSize{inner.old_size()});
        if (!head.ok()) return head.status();
        if (head->old_root) reply->set_old_root(StringOf(head->old_root->view()));
        for (const Hash& hash : head->consistency) reply->add_consistency(StringOf(hash.view()));
        if (who.caller.is_witness) {
          reply->set_checkpoint(std::move(head->checkpoint));
          return absl::OkStatus();
        }
        auto note =
            parts_.cosignatures->Attach(*who.organization, head->size, std::move(head->checkpoint));
        if (!note.ok()) return note.status();
        reply->set_checkpoint(*std::move(note));
        if (!head->log_epoch) return absl::OkStatus();
        reply->set_epoch_position(head->log_epoch->position.value);
        reply->set_log_epoch(StringOf(head->log_epoch->statement));
        return absl::OkStatus();
      });
}

Reactor* Service::Cosign(Context* context, const v1::Envelope* request, v1::CosignReply* reply) {
  return AnswerInSession<v1::CosignRequest>(
      parts_, "Cosign", context, *request, *reply,
      [&](const Authenticated& who, const v1::CosignRequest& inner) {
        return parts_.cosignatures->Leave(*who.organization, who.caller, TreeSize{inner.size()},
                                          inner.signature());
      });
}

Reactor* Service::Cosigned(Context* context, const v1::Envelope* request,
                           v1::CosignedReply* reply) {
  return AnswerInSession<v1::CosignedRequest>(
      parts_, "Cosigned", context, *request, *reply,
      [&](const Authenticated& who, const v1::CosignedRequest&) -> absl::Status {
        auto notes = parts_.cosignatures->Newest(*who.organization);
        if (!notes.ok()) return notes.status();
        for (std::string& note : *notes) reply->add_checkpoints(std::move(note));
        return absl::OkStatus();
      });
}

Reactor* Service::Prove(Context* context, const v1::Envelope* request, v1::ProveReply* reply) {
  return AnswerInSession<v1::ProveRequest>(
      parts_, "Prove", context, *request, *reply,
      [&](const Authenticated& who, const v1::ProveRequest& inner) -> absl::Status {
        std::vector<Position> positions;
        for (const std::uint64_t position : inner.positions()) {
          positions.push_back(Position{position});
        }
        const auto paths = ProvePositions(*who.organization, TreeSize{inner.size()}, positions);
        if (!paths.ok()) return paths.status();
        for (const std::vector<Hash>& path : *paths) {
          v1::Path* message = reply->add_paths();
          for (const Hash& hash : path) message->add_hashes(StringOf(hash.view()));
        }
        return absl::OkStatus();
      });
}

Reactor* Service::Light(Context* context, const v1::Envelope* request, v1::LightReply* reply) {
  return AnswerInSession<v1::LightRequest>(
      parts_, "Light", context, *request, *reply,
      [&](const Authenticated& who, const v1::LightRequest& inner) -> absl::Status {
        const int which = inner.which();
        if (which < v1::LightRequest::WHICH_DIRECTORY || which > v1::LightRequest::WHICH_TICK) {
          return Refuse(Reason::kMalformed, absl::StrCat("which ", which, " is none of 1 to 3"));
        }
        const auto answer = ReadLight(*who.organization, who.caller, static_cast<LightWhich>(which),
                                      Position{inner.from()}, TreeSize{inner.size()});
        if (!answer.ok()) return answer.status();
        const PackedStatements packed = PackStatements(answer->statements);
        reply->set_packed(StringOf(packed.bytes));
        reply->set_length(packed.length);
        reply->set_next(answer->next.value);
        return absl::OkStatus();
      });
}

}  // namespace amparo::server
