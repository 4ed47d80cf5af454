// Error and Result: the one way in which a function of ours fails.
//
// errno is read once, at the call that failed. Each layer adds one link saying what it was doing for whom;
// nobody logs and returns: the program's edge prints the chain once, outermost link first.
#pragma once

#include <fmt/core.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace cellblock {

/// What callers switch on. Anything a caller never branches on is `failed`.
enum class Why {
  failed,       ///< any other failure
  absent,       ///< ENOENT, ESRCH, ENODEV: the thing is not there
  exists,       ///< EEXIST: it is there already
  denied,       ///< EPERM, EACCES, EROFS
  invalid,      ///< EINVAL or bad input: what is wrong is in the text
  busy,         ///< EBUSY, EAGAIN, ETXTBSY
  exhausted,    ///< ENOSPC, EMFILE, ENOMEM, EDQUOT
  unsupported,  ///< ENOSYS, EOPNOTSUPP: this kernel lacks it
  timed_out,    ///< ETIMEDOUT
};

struct Error {
  Why why = Why::failed;
  int sys = 0;                     ///< errno, 0 if the failure was not a system call's
  std::vector<std::string> chain;  ///< innermost link first

  /// "outer: inner: No such file or directory"
  std::string text() const;
};

template <class T = void>
using Result = tl::expected<T, Error>;

Why why_of(int error_number);

/// strerror(3) without its shared buffer.
std::string strerror_of(int error_number);

/// A failed system call: `return sys_fail(errno, "openat {}", name);`
template <class... A>
tl::unexpected<Error> sys_fail(int error_number, fmt::format_string<A...> format, A&&... args) {
  return tl::unexpected(
      Error{why_of(error_number), error_number, {fmt::format(format, std::forward<A>(args)...)}});
}

/// Any other failure: `return fail(Why::invalid, "unknown parameter: {}", name);`
template <class... A>
tl::unexpected<Error> fail(Why why, fmt::format_string<A...> format, A&&... args) {
  return tl::unexpected(Error{why, 0, {fmt::format(format, std::forward<A>(args)...)}});
}

/// A failure of which only the errno is known, as FreeBSD's kernel gives it: the caller has the words.
inline tl::unexpected<Error> bare_fail(int error_number) {
  return tl::unexpected(Error{why_of(error_number), error_number, {}});
}

inline tl::unexpected<Error> pass(Error error) { return tl::unexpected(std::move(error)); }

template <class... A>
tl::unexpected<Error> pass(Error error, fmt::format_string<A...> format, A&&... args) {
  error.chain.push_back(fmt::format(format, std::forward<A>(args)...));
  return tl::unexpected(std::move(error));
}

}  // namespace cellblock

#define CB_CONCAT_(a, b) a##b
#define CB_CONCAT(a, b) CB_CONCAT_(a, b)

/// CB_TRY(Fd dir, open_dir(root, name), "limits of jail {}", name): unwrap, or return with one link added.
#define CB_TRY(declaration, expression, ...) \
  CB_TRY_(CB_CONCAT(cb_result_, __LINE__), declaration, expression __VA_OPT__(, ) __VA_ARGS__)
#define CB_TRY_(name, declaration, expression, ...)                                   \
  auto name = (expression);                                                           \
  if (!name) return ::cellblock::pass(std::move(name.error()) __VA_OPT__(, ) __VA_ARGS__); \
  declaration = std::move(*name)

/// CB_CHECK(record.will(step), "recording step {}", n): the same for Result<>.
#define CB_CHECK(expression, ...)                                                          \
  do {                                                                                     \
    if (auto cb_check = (expression); !cb_check)                                           \
      return ::cellblock::pass(std::move(cb_check.error()) __VA_OPT__(, ) __VA_ARGS__);    \
  } while (0)
