// client/platform.h on POSIX: the process that serves one secret over a socket.
//
// A request is one byte: 'k' asks for the secret, 'q' ends the process. The answer to 'k' is
// the length (u32, big-endian) and the secret; to 'q' one byte.

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "client/platform.h"
#include "client/platform_errno.h"

namespace amparo::client::platform {
namespace {

constexpr char kAsk = 'k';
constexpr char kQuit = 'q';
constexpr int kExchangeSeconds = 2;

absl::StatusOr<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " has ", path.size(), " bytes, a socket's path at most ",
                     sizeof(address.sun_path) - 1, "; give the home a shorter path"));
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

// Counts on while the computer sleeps, unlike the usual clock: a lid that was closed for the
// night does not prolong the keys' life.
std::uint64_t BootSeconds() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec);
}

void LimitExchange(int fd) {
  const timeval limit{.tv_sec = kExchangeSeconds, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

bool IsSameUser(int fd) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

bool SendAll(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

bool ReceiveAll(int fd, MutableByteView out) {
  while (!out.empty()) {
    const ssize_t got = ::recv(fd, out.data(), out.size(), 0);
    if (got <= 0) return false;
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

// Answers one connection. True: asked to end.
bool Answer(int fd, const SecretBuffer& secret) {
  LimitExchange(fd);
  std::uint8_t request = 0;
  if (!IsSameUser(fd) || !ReceiveAll(fd, MutableByteView(&request, 1))) return false;
  if (request == kQuit) {
    SendAll(fd, ByteView(&request, 1));
    return true;
  }
  if (request != kAsk) return false;
  const auto length = static_cast<std::uint32_t>(secret.size());
  const std::uint8_t prefix[4] = {
      static_cast<std::uint8_t>(length >> 24), static_cast<std::uint8_t>(length >> 16),
      static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length)};
  if (SendAll(fd, prefix)) SendAll(fd, secret.Expose());
  return false;
}

bool IsStillOurs(const std::string& path, const struct stat& bound) {
  struct stat now {};
  return ::lstat(path.c_str(), &now) == 0 && now.st_ino == bound.st_ino &&
         now.st_dev == bound.st_dev;
}

// The child's whole life.
[[noreturn]] void Serve(int listener, const std::string& path, const struct stat& bound,
                        const SecretBuffer& inherited, std::uint32_t seconds) {
  ForbidCoreDumps();
  IgnoreBrokenPipes();
  ::setsid();
  if (::chdir("/") != 0) ::_exit(1);
  const int nowhere = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) ::dup2(nowhere, fd);
  for (int fd = 3; fd < 1024; ++fd) {
    if (fd != listener) ::close(fd);
  }
  // Locks of memory do not pass a fork: lock what was inherited, and hold a copy of our own.
  ::mlockall(MCL_CURRENT);
  const SecretBuffer secret = SecretBuffer::CopyOf(inherited.Expose());
  const std::uint64_t end = BootSeconds() + seconds;
  bool asked_to_end = false;
  while (!asked_to_end && BootSeconds() < end && IsStillOurs(path, bound)) {
    pollfd wait{.fd = listener, .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, 250) <= 0) continue;
    const int peer = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer < 0) continue;
    asked_to_end = Answer(peer, secret);
    ::close(peer);
  }
  if (IsStillOurs(path, bound)) ::unlink(path.c_str());
  ::_exit(0);
}

// A connected socket. NOT_FOUND: nobody answers.
absl::StatusOr<int> ConnectTo(const std::string& path) {
  auto address = AddressOf(path);
  if (!address.ok()) return address.status();
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return ErrnoStatus(errno, "looking for", path);
  if (info.st_uid != ::geteuid()) {
    return absl::PermissionDeniedError(absl::StrCat(path, " belongs to somebody else"));
  }
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return ErrnoStatus(errno, "making a socket for", path);
  LimitExchange(fd);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)) != 0) {
    ::close(fd);
    return absl::NotFoundError(absl::StrCat("nobody answers at ", path));
  }
  if (!IsSameUser(fd)) {
    ::close(fd);
    return absl::PermissionDeniedError(absl::StrCat(path, " is answered by somebody else"));
  }
  return fd;
}

absl::StatusOr<int> Listen(const std::string& path) {
  auto address = AddressOf(path);
  if (!address.ok()) return address.status();
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return ErrnoStatus(errno, "making a socket for", path);
  const mode_t before = ::umask(0177);  // The socket is 0600 from its first moment.
  const int bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&*address), sizeof(*address));
  const int error = errno;
  ::umask(before);
  if (bound != 0 || ::listen(fd, 16) != 0) {
    ::close(fd);
    return ErrnoStatus(bound != 0 ? error : errno, "listening at", path);
  }
  return fd;
}

}  // namespace

absl::Status ServeSecret(const std::string& path, const SecretBuffer& secret,
                         std::uint32_t seconds) {
  const std::string absolute = std::filesystem::absolute(path).string();
  auto running = ConnectTo(absolute);
  if (running.ok()) {
    ::close(*running);
    return absl::AlreadyExistsError(absl::StrCat(absolute, " is answered already"));
  }
  if (!absl::IsNotFound(running.status())) return running.status();
  if (auto status = Remove(absolute); !status.ok()) return status;
  auto listener = Listen(absolute);
  if (!listener.ok()) return listener.status();
  struct stat bound {};
  ::lstat(absolute.c_str(), &bound);
  const pid_t child = ::fork();
  if (child == 0) {
    // Twice, so that nobody has to wait for the one that stays.
    const pid_t grandchild = ::fork();
    if (grandchild != 0) ::_exit(grandchild < 0 ? 1 : 0);
    Serve(*listener, absolute, bound, secret, seconds);
  }
  const int error = errno;
  ::close(*listener);
  if (child < 0) {
    ::unlink(absolute.c_str());
    return ErrnoStatus(error, "starting a process for", absolute);
  }
  int outcome = 0;
  while (::waitpid(child, &outcome, 0) < 0 && errno == EINTR) {
  }
  if (outcome != 0) {
    ::unlink(absolute.c_str());
    return absl::UnavailableError(absl::StrCat("starting a process for ", absolute, " failed"));
  }
  return AskForSecret(absolute, secret.size()).status();
}

absl::StatusOr<SecretBuffer> AskForSecret(const std::string& path, std::size_t max) {
  auto fd = ConnectTo(std::filesystem::absolute(path).string());
  if (!fd.ok()) return fd.status();
  const std::uint8_t request = kAsk;
  std::uint8_t prefix[4] = {};
  bool ok = SendAll(*fd, ByteView(&request, 1)) && ReceiveAll(*fd, prefix);
  const std::size_t length = static_cast<std::size_t>(prefix[0]) << 24 |
                             static_cast<std::size_t>(prefix[1]) << 16 |
                             static_cast<std::size_t>(prefix[2]) << 8 | prefix[3];
  ok = ok && length <= max;
  SecretBuffer secret(ok ? length : 0);
  ok = ok && ReceiveAll(*fd, secret.ExposeMutable());
  ::close(*fd);
  if (!ok) return absl::NotFoundError(absl::StrCat("no answer at ", path));
  return secret;
}

absl::Status StopServing(const std::string& path) {
  const std::string absolute = std::filesystem::absolute(path).string();
  auto fd = ConnectTo(absolute);
  if (absl::IsNotFound(fd.status())) return Remove(absolute);
  if (!fd.ok()) return fd.status();
  std::uint8_t request = kQuit;
  const bool ok =
      SendAll(*fd, ByteView(&request, 1)) && ReceiveAll(*fd, MutableByteView(&request, 1));
  ::close(*fd);
  // The socket goes at once, so that nobody finds it while the process ends.
  if (auto status = Remove(absolute); !status.ok()) return status;
  return ok ? absl::OkStatus() : absl::UnavailableError(absl::StrCat("no answer at ", absolute));
}

}  // namespace amparo::client::platform
