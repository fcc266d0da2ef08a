#include "client/act_objects.h"

#include <cstdint>
#include <utility>

#include "statement/bodies.h"

namespace amparo::client {
namespace {

constexpr std::size_t kGrantBytesMax = 4096;

Bytes Copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

void WriteActObjects(Writer& out, const std::vector<GrantBytes>& grants,
                     const std::vector<ObjectBytes>& objects) {
  out.U16(static_cast<std::uint16_t>(grants.size()));
  for (const GrantBytes& grant : grants) {
    out.Fixed(grant.object);
    out.Fixed(grant.grantee);
    out.Vec16(grant.grant);
  }
  out.U16(static_cast<std::uint16_t>(objects.size()));
  for (const ObjectBytes& object : objects) {
    out.Fixed(object.object);
    out.Vec32(object.payload);
  }
}

std::size_t CountWithin(Reader& in, std::size_t count, std::size_t max, absl::string_view field) {
  if (count <= max) return count;
  in.Fail(field, "too many");
  return 0;
}

void ReadActObjects(Reader& in, std::vector<GrantBytes>& grants,
                    std::vector<ObjectBytes>& objects) {
  for (std::size_t n = CountWithin(in, in.U16("grants"), kGrantsMax, "grants"); n > 0 && in.ok();
       --n) {
    GrantBytes grant;
    grant.object = in.Fixed<ObjectId>("grant's object");
    grant.grantee = in.Fixed<MemberId>("grantee");
    grant.grant = Copy(in.Vec16(kGrantBytesMax, "grant"));
    grants.push_back(std::move(grant));
  }
  for (std::size_t n = CountWithin(in, in.U16("objects"), kObjectsMax, "objects"); n > 0 && in.ok();
       --n) {
    ObjectBytes object;
    object.object = in.Fixed<ObjectId>("object");
    object.payload = Copy(in.Vec32(kSmallObjectBytesMax, "payload"));
    objects.push_back(std::move(object));
  }
}

}  // namespace amparo::client
