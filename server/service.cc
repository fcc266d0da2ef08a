#include "server/service.h"

#include <utility>

#include "server/answering.h"
#include "server/download_stream.h"
#include "server/reading.h"
#include "server/upload_stream.h"
#include "server/watch_stream.h"

namespace amparo::server {
namespace {

using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

// Finishes the call when the statement is durable or refused.
AppendCallback AnswerWhenDone(Context* context, Reactor* reactor, v1::AppendReply* reply,
                              std::shared_ptr<CallLog> log) {
  return [context, reactor, reply, log](absl::StatusOr<Appended> appended) {
    if (appended.ok()) {
      reply->set_position(appended->position.value);
      reply->set_checkpoint(std::move(appended->checkpoint));
      if (appended->storage_signature.has_value()) {
        reply->set_storage_signature(StringOf(appended->storage_signature->view()));
      }
      log->AddOut(reply->ByteSizeLong());
    }
    reactor->Finish(log->Finish(appended.status(), *context));
  };
}

absl::StatusOr<AppendInput> ReadAppend(const v1::AppendRequest& request) {
  AppendInput input{.statement = CopyOf(request.statement()), .grants = {}, .objects = {}};
  for (const v1::GrantBytes& message : request.grants()) {
    GrantBytes grant{.object = {}, .grantee = {}, .grant = CopyOf(message.grant())};
    auto status = ReadId(message.object(), "object", &grant.object);
    if (status.ok()) status = ReadId(message.grantee(), "grantee", &grant.grantee);
    if (!status.ok()) return status;
    input.grants.push_back(std::move(grant));
  }
  for (const v1::ObjectBytes& message : request.objects()) {
    ObjectBytes object{.object = {}, .payload = CopyOf(message.payload())};
    if (auto status = ReadId(message.object(), "object", &object.object); !status.ok()) {
      return status;
    }
    input.objects.push_back(std::move(object));
  }
  return input;
}

absl::StatusOr<ObjectsWanted> ReadWanted(const v1::ObjectsRequest& request) {
  ObjectsWanted wanted;
  auto status = ReadSubject(request.subject_type(), request.subject(), &wanted.subject);
  if (status.ok()) status = ReadId(request.grantee(), "grantee", &wanted.grantee);
  for (const std::string& field : request.objects()) {
    if (!status.ok()) break;
    status = ReadId(field, "object", &wanted.objects.emplace_back());
  }
  if (!status.ok()) return status;
  return wanted;
}

}  // namespace

Reactor* Service::Hello(Context* context, const v1::HelloRequest* request, v1::HelloReply* reply) {
  return Answer(parts_, "Hello", context, *request, *reply, [&](CallLog&) {
    reply->set_challenge(StringOf(parts_.sessions->Challenge().view()));
    return absl::OkStatus();
  });
}

Reactor* Service::OpenSession(Context* context, const v1::OpenSessionRequest* request,
                              v1::OpenSessionReply* reply) {
  return Answer(parts_, "OpenSession", context, *request, *reply, [&](CallLog&) -> absl::Status {
    SessionRequest asked;
    auto status = ReadId(request->org(), "org", &asked.org);
    if (status.ok()) status = ReadId(request->certificate(), "certificate", &asked.certificate);
    if (status.ok()) status = ReadId(request->challenge(), "challenge", &asked.challenge);
    if (status.ok()) status = ReadId(request->client_nonce(), "client_nonce", &asked.client_nonce);
    if (status.ok()) status = ReadId(request->signature(), "signature", &asked.signature);
    if (!status.ok()) return status;
    const auto opened = parts_.sessions->Open(asked);
    if (!opened.ok()) return opened.status();
    reply->set_session(StringOf(opened->session.view()));
    reply->set_secret(StringOf(opened->secret.Expose()));
    reply->set_idle_timeout_s(kSessionIdleTimeout_s);
    return absl::OkStatus();
  });
}

Reactor* Service::Found(Context* context, const v1::FoundRequest* request, v1::AppendReply* reply) {
  Reactor* reactor = context->DefaultReactor();
  auto log = std::make_shared<CallLog>(parts_, "Found", request->ByteSizeLong());
  parts_.founding->Found(BytesOf(request->token_id()), BytesOf(request->token_secret()),
                         CopyOf(request->policy()),
                         AnswerWhenDone(context, reactor, reply, std::move(log)));
  return reactor;
}

Reactor* Service::Join(Context* context, const v1::JoinRequest* request, v1::JoinReply* reply) {
  return Answer(parts_, "Join", context, *request, *reply, [&](CallLog&) -> absl::Status {
    OrgId org;
    InviteId invite;
    auto status = ReadId(request->org(), "org", &org);
    if (status.ok()) status = ReadId(request->invite(), "invite", &invite);
    if (!status.ok()) return status;
    return parts_.join_requests->Leave(org, invite, BytesOf(request->ticket()),
                                       BytesOf(request->request()));
  });
}

Reactor* Service::Append(Context* context, const v1::Envelope* request, v1::AppendReply* reply) {
  Reactor* reactor = context->DefaultReactor();
  auto log = std::make_shared<CallLog>(parts_, "Append", request->ByteSizeLong());
  const AppendCallback done = AnswerWhenDone(context, reactor, reply, log);
  const auto who = Authenticate(parts_, *request, "Append");
  v1::AppendRequest inner;
  absl::Status status = who.status();
  if (status.ok() && !inner.ParseFromString(request->body())) {
    status = Refuse(Reason::kMalformed, "the body is no such request");
  }
  if (!status.ok()) return done(status), reactor;
  log->SetOrg(who->caller.org);
  auto input = ReadAppend(inner);
  if (!input.ok()) return done(input.status()), reactor;
  auto submission = Prepare(*std::move(input));
  if (!submission.ok()) return done(submission.status()), reactor;
  const bool names_blobs = submission->body.objects.size() > submission->objects.size();
  const auto submit = [organization = who->organization, done, carrier = who->caller.member,
                       given = std::make_shared<Submission>(*std::move(submission))] {
    organization->Submit(std::move(*given), done, carrier);
  };
  // Blobs that were sealed a moment ago may have to be stored first.
  names_blobs ? parts_.disk->Run(submit) : submit();
  return reactor;
}

Reactor* Service::Sync(Context* context, const v1::Envelope* request, v1::SyncReply* reply) {
  return AnswerInSession<v1::SyncRequest>(
      parts_, "Sync", context, *request, *reply,
      [&](const Authenticated& who, const v1::SyncRequest& inner) -> absl::Status {
        auto synced =
            server::Sync(*who.organization, who.caller, Position{inner.from()}, inner.limit());
        if (!synced.ok()) return synced.status();
        for (SyncedEntry& entry : synced->entries) {
          v1::LogEntry* message = reply->add_entries();
          message->set_leaf(StringOf(entry.leaf));
          message->set_statement(StringOf(entry.statement));
        }
        reply->set_checkpoint(std::move(synced->checkpoint));
        return absl::OkStatus();
      });
}

Reactor* Service::Subject(Context* context, const v1::Envelope* request, v1::SubjectReply* reply) {
  return AnswerInSession<v1::SubjectRequest>(
      parts_, "Subject", context, *request, *reply,
      [&](const Authenticated& who, const v1::SubjectRequest& inner) -> absl::Status {
        server::Subject subject;
        auto status = ReadSubject(inner.subject_type(), inner.subject(), &subject);
        if (!status.ok()) return status;
        const auto chain = ReadChain(*who.organization, who.caller, subject, inner.from());
        if (!chain.ok()) return chain.status();
        for (const ChainStatement& statement : chain->statements) {
          v1::PositionedStatement* message = reply->add_statements();
          message->set_position(statement.position.value);
          message->set_statement(StringOf(statement.statement));
        }
        reply->set_total(chain->total);
        return absl::OkStatus();
      });
}

Reactor* Service::Objects(Context* context, const v1::Envelope* request, v1::ObjectsReply* reply) {
  return AnswerInSession<v1::ObjectsRequest>(
      parts_, "Objects", context, *request, *reply,
      [&](const Authenticated& who, const v1::ObjectsRequest& inner) -> absl::Status {
        const auto wanted = ReadWanted(inner);
        if (!wanted.ok()) return wanted.status();
        const auto read = ReadObjectsOf(*who.organization, who.caller, *wanted);
        if (!read.ok()) return read.status();
        for (const ObjectBytes& object : read->objects) {
          v1::ObjectBytes* message = reply->add_objects();
          message->set_object(StringOf(object.object.view()));
          message->set_payload(StringOf(object.payload));
        }
        for (const GrantBytes& grant : read->grants) {
          v1::GrantBytes* message = reply->add_grants();
          message->set_object(StringOf(grant.object.view()));
          message->set_grantee(StringOf(grant.grantee.view()));
          message->set_grant(StringOf(grant.grant));
        }
        return absl::OkStatus();
      });
}

Reactor* Service::Pending(Context* context, const v1::Envelope* request, v1::PendingReply* reply) {
  return AnswerInSession<v1::PendingRequest>(
      parts_, "Pending", context, *request, *reply,
      [&](const Authenticated& who, const v1::PendingRequest&) -> absl::Status {
        if (!HoldsRole(*who.organization, who.caller, Role::kRegistrar)) {
          return Refuse(Reason::kNotVisible, "join requests are for registrars");
        }
        const auto pending = parts_.join_requests->Pending(*who.organization);
        if (!pending.ok()) return pending.status();
        for (const Bytes& one : *pending) reply->add_requests(StringOf(one));
        return absl::OkStatus();
      });
}

grpc::ServerWriteReactor<v1::WatchReply>* Service::Watch(Context* context,
                                                         const v1::Envelope* request) {
  return StartWatch(parts_, context, *request);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Service::Upload(Context* context) {
  return StartUpload(parts_, context);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* Service::Download(Context* context,
                                                              const grpc::ByteBuffer* request) {
  return StartDownload(parts_, context, *request);
}

}  // namespace amparo::server
