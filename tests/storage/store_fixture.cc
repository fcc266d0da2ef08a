#include "tests/storage/store_fixture.h"

namespace amparo::storage {

Bytes Pattern(std::size_t size, std::uint64_t seed) {
  Bytes out(size);
  std::uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
  for (std::uint8_t& byte : out) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    byte = static_cast<std::uint8_t>(state >> 56);
  }
  return out;
}

Bytes Text(absl::string_view text) { return Bytes(text.begin(), text.end()); }

void StoreTest::OpenOrg() {
  absl::StatusOr<OrgStorage> org = store().Open(TestOrg());
  ASSERT_TRUE(org.ok()) << org.status();
  org_ = *org;
}

OrgStorage StoreTest::OpenOther() {
  absl::StatusOr<OrgStorage> org = store().Open(TestOrg(2));
  EXPECT_TRUE(org.ok()) << org.status();
  return org.value_or(OrgStorage{});
}

}  // namespace amparo::storage
