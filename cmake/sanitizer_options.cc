// Linked into every program of a sanitizer build and into no other: what the sanitizers are told,
// however the program is started. An environment would not reach the servers that tests start.

extern "C" {

// Protobuf and gRPC of Debian are not instrumented and share standard containers with us.
const char* __asan_default_options();
const char* __asan_default_options() { return "detect_container_overflow=0"; }

const char* __ubsan_default_options();
const char* __ubsan_default_options() { return "print_stacktrace=1"; }

}  // extern "C"
