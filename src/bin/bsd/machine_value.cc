// What FreeBSD's kernel says of the machine, by what Linux says of it.
#include <fmt/core.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstring>
#include <ctime>

#include "base/text.hpp"
#include "sys/file.hpp"
#include "sysctl_values.hpp"

namespace cellblock::bsd {
namespace {

std::string memory(std::string_view key) {
  struct sysinfo info;
  if (::sysinfo(&info) != 0) return "";
  uint64_t unit = info.mem_unit;
  if (key == "physmem") return std::to_string(info.totalram * unit);
  if (key == "usermem") return std::to_string((info.freeram + info.bufferram) * unit);
  return std::to_string(info.totalswap * unit);
}

std::string names(std::string_view key, const OwnJail& own) {
  struct utsname is;
  ::uname(&is);
  std::string machine = is.machine;
  if (machine == "x86_64") machine = "amd64";
  if (key == "machine") return machine == "aarch64" ? "arm64" : machine;
  if (key == "machine_arch") return machine;
  if (key == "ostype") return is.sysname;
  if (key == "osrelease") return own.prison.osrelease.empty() ? is.release : own.prison.osrelease;
  if (key == "version") return fmt::format("{} {} {}", is.sysname, is.release, is.version);
  return is.release;  // ident
}

// __FreeBSD_version has no counterpart: 6.18.44 is 618044.
std::string release_number(const OwnJail& own) {
  if (own.prison.osreldate) return std::to_string(own.prison.osreldate);
  struct utsname is;
  ::uname(&is);
  unsigned part[3] = {};
  ::sscanf(is.release, "%u.%u.%u", &part[0], &part[1], &part[2]);
  return std::to_string(part[0] * 100000 + part[1] * 1000 + part[2]);
}

std::string model_name() {
  auto text = sys::read_file("/proc/cpuinfo");
  if (!text) return "";
  for (const std::string& line : split(*text, '\n'))
    if (line.starts_with("model name") || line.starts_with("Model"))
      return std::string(trim(std::string_view(line).substr(line.find(':') + 1)));
  return "";
}

std::string boot_time() {
  auto text = sys::read_file("/proc/stat");
  size_t at = text ? text->find("btime ") : std::string::npos;
  if (at == std::string::npos) return "";
  time_t seconds = static_cast<time_t>(parse_int(split_words(text->substr(at, 40))[1]).value_or(0));
  char when[32] = "";
  struct tm parts;
  if (::localtime_r(&seconds, &parts)) ::strftime(when, sizeof when, "%a %b %e %H:%M:%S %Y", &parts);
  return fmt::format("{{ sec = {}, usec = 0 }} {}", seconds, when);
}

std::string load_average() {
  auto text = sys::read_file("/proc/loadavg");
  auto words = split_words(text.value_or(""));
  return words.size() < 3 ? "" : fmt::format("{{ {} {} {} }}", words[0], words[1], words[2]);
}

std::string host_uuid(const OwnJail& own) {
  if (own.jailed) return own.prison.hostuuid;
  if (auto uuid = sys::read_file("/sys/class/dmi/id/product_uuid")) return to_lower(trim(*uuid));
  std::string id(trim(sys::read_file("/etc/machine-id").value_or("")));
  if (id.size() != 32) return "00000000-0000-0000-0000-000000000000";
  for (size_t at : {20, 16, 12, 8}) id.insert(at, "-");
  return id;
}

std::string host_id(const OwnJail& own) {
  if (own.jailed) return std::to_string(own.prison.hostid);
  std::string bytes = sys::read_file("/etc/hostid").value_or("");
  uint32_t id = 0;
  if (bytes.size() == sizeof id) memcpy(&id, bytes.data(), sizeof id);
  return std::to_string(id);
}

std::string random_bytes() {
  unsigned char bytes[16];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) return "";
  std::string out;
  for (unsigned char byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

}  // namespace

std::string machine_value(std::string_view key, const OwnJail& own) {
  if (key == "ncpu") return std::to_string(::sysconf(_SC_NPROCESSORS_ONLN));
  if (key == "pagesize") return std::to_string(::sysconf(_SC_PAGESIZE));
  if (key == "physmem" || key == "usermem" || key == "swap_total") return memory(key);
  if (key == "model") return model_name();
  if (key == "boottime") return boot_time();
  if (key == "clockrate") return fmt::format("{{ hz = {0}, tick = {1}, profhz = {0}, stathz = {0} }}",
                                             ::sysconf(_SC_CLK_TCK), 1000000 / ::sysconf(_SC_CLK_TCK));
  if (key == "loadavg") return load_average();
  if (key == "hostuuid") return host_uuid(own);
  if (key == "hostid") return host_id(own);
  if (key == "osreldate") return release_number(own);
  if (key == "random") return random_bytes();
  return names(key, own);
}

}  // namespace cellblock::bsd
