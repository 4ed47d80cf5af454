#include "net/services.hpp"

namespace cellblock::net {
namespace {

struct Service {
  std::string_view name;
  uint16_t port;
};

// A port's first name is the one that is shown.
constexpr Service services[] = {{"ftp-data", 20}, {"ftp", 21},      {"ssh", 22},     {"telnet", 23},  {"smtp", 25},   {"domain", 53},
                                {"bootps", 67},   {"bootpc", 68},   {"tftp", 69},    {"http", 80},    {"kerberos-sec", 88}, {"pop3", 110},
                                {"sunrpc", 111},  {"auth", 113},    {"nntp", 119},   {"ntp", 123},    {"imap", 143},  {"snmp", 161},
                                {"snmptrap", 162}, {"bgp", 179},    {"ldap", 389},   {"https", 443},  {"submissions", 465}, {"isakmp", 500},
                                {"syslog", 514},  {"router", 520},  {"submission", 587}, {"ldaps", 636}, {"imaps", 993}, {"pop3s", 995},
                                {"openvpn", 1194}, {"nfsd", 2049},  {"mysql", 3306}, {"postgresql", 5432}, {"www", 80}, {"pop", 110}};

}  // namespace

std::optional<uint16_t> port_of_service(std::string_view name) {
  for (const Service& each : services)
    if (each.name == name) return each.port;
  return std::nullopt;
}

std::string_view service_of_port(uint32_t port) {
  for (const Service& each : services)
    if (each.port == port) return each.name;
  return {};
}

}  // namespace cellblock::net
