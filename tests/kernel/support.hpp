// What the kernel tests share: a throw-away root directory and programs run to their end.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace cellblock::testing {

/// A directory under /var/tmp (a file system that can map ids, unlike the lab's root) that goes with the object.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A root with busybox and its applets, proc, dev, tmp, etc/passwd.
class BusyboxRoot : public TempDir {
 public:
  BusyboxRoot();
};

struct Outcome {
  int status = -1;  ///< exit status, or 128 + signal
  std::string out, err;
};

/// Runs a program (argv[0] by PATH) to its end, with `input` on its standard input.
Outcome run(const std::vector<std::string>& argv, const std::string& input = "");
/// The same by /bin/sh -c.
Outcome shell(const std::string& command);

/// Where the programs under test are: build/bin.
std::string program(const std::string& name);

}  // namespace cellblock::testing

/// Skips, loudly, where the test can't run.
#define CB_NEED_ROOT() \
  if (::geteuid() != 0) GTEST_SKIP() << "needs root"
