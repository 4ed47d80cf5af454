// jail(8): flags, wiring, run.
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include "apply/live_watch.hpp"
#include "jail/command.hpp"
#include "jail/names.hpp"
#include "kernel/open.hpp"
#include "model/sysctl_store.hpp"
#include "port/latency.hpp"

namespace cellblock::jail {
namespace {

/// Everything of this host that is opened at most once.
struct Host {
  apply::StandardVoice voice;
  conf::DiskSources sources;
  apply::LiveWatch watch;
  std::unique_ptr<port::Jails> jails;
  std::unique_ptr<port::Mounts> mounts;
  std::unique_ptr<port::Links> links;
  std::unique_ptr<port::Programs> programs;
  Fd log;

  Result<apply::Ports> open() {
    CB_TRY(jails, kernel::open_jails());
    mounts = kernel::open_mounts();
    links = kernel::open_links();
    programs = kernel::open_programs();
    return apply::Ports{*jails, *mounts, *links, *programs, watch, voice};
  }
};

/// Inside a jail the old style takes no defaults: there the sysctls tell what the jail itself may do.
std::optional<model::AllowSet> old_style_defaults(conf::Sources& sources) {
  if (kernel::jailed()) return std::nullopt;
  auto text = sources.read(model::sysctl_store_path);
  return model::host_facts(model::parse_sysctl_store(text.value_or("")), "").old_style_defaults;
}

/// libexec/cellblock/bsd beside the folder that this program lies in.
std::string bsd_commands() {
  char self[PATH_MAX];
  ssize_t length = ::readlink("/proc/self/exe", self, sizeof self);
  if (length <= 0) return {};
  std::string path(self, static_cast<size_t>(length));
  for (int up = 0; up < 2; ++up) path.resize(std::min(path.rfind('/'), path.size()));
  return path + "/libexec/cellblock/bsd";
}

Result<std::function<void(std::string_view)>> open_log(Host& host, const std::string& file) {
  host.log = Fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!host.log) return sys_fail(errno, "{}", file);
  return [&host](std::string_view line) { (void)!::write(host.log.get(), line.data(), line.size()); };
}

int run_here(std::span<const std::string> arguments) {
  Host host;
  Surroundings around{
      .voice = host.voice,
      .sources = host.sources,
      .exists = [](const std::string& file) { return ::access(file.c_str(), F_OK) == 0; },
      .open_ports = [&host] { return host.open(); },
      .look_up = [&host](const std::string& name) { return look_up(name, *host.programs); },
      .old_style_defaults = [&host] { return old_style_defaults(host.sources); },
      .bsd_commands = bsd_commands,
      .open_log = [&host](const std::string& file) { return open_log(host, file); },
  };
  std::optional<latency::Recorder> recorder;  // most starts have none: it is three pages
  if (std::ranges::find(arguments, "--dump=latency") != arguments.end()) latency::recorder = &recorder.emplace();
  int status = run(around, arguments);
  if (latency::recorder) host.voice.complain(recorder->text());
  return status;
}

}  // namespace
}  // namespace cellblock::jail

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + std::max(argc, 1));
  return cellblock::jail::run_here(arguments);
}
