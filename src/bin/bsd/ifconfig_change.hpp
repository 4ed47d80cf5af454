// Changes of ifconfig(8) to one interface, one after the other; the first that the kernel refuses ends them.
#pragma once

#include <string>
#include <vector>

#include "ifconfig_words.hpp"
#include "net/network.hpp"

namespace cellblock::bsd {

/// An error's text is what comes behind "ifconfig: ".
class IfChange {
 public:
  IfChange(net::Network& network, const IfRequest& request) : network_(network), request_(request) {}

  /// Makes the interface. What fails behind that takes it away again.
  Result<> create();
  Result<> destroy();
  Result<> apply();
  /// The name to print: of what was made without being named in full, or of what was renamed.
  const std::string& printed() const { return printed_; }

 private:
  Result<> create_cable(const std::string& unit);
  Result<> create_vlan(const std::string& name);
  Result<> create_tunnel(const std::string& name, bool gre);
  Result<> create_loopback(const std::string& name);
  Result<> create_kind(const std::string& kind, const std::string& name);
  Result<std::string> free_name(const std::string& kind, std::string_view suffix, int& unit);

  Result<> word(const IfWord& word);
  Result<> rename(const std::string& name);
  Result<> hardware(const std::string& text);
  Result<> ip6_setting(const std::string& file, const std::string& value);
  Result<> group(const IfWord& word);
  Result<> vnet(const IfWord& word);
  // ifconfig_bridge.cc
  Result<> bridge_word(const IfWord& word);
  Result<> add_member(const std::string& name);
  Result<> delete_member(const std::string& name);
  Result<> span(const std::string& name, bool on);
  Result<> port(const IfWord& word);
  Result<std::vector<net::Link>> members(bool spans);
  Result<net::Link> member(const std::string& name, std::string_view call);
  // ifconfig_address.cc
  Result<> address(const IfAddress& address);
  Result<> drop_address(const IfAddress& address);
  Result<> delete_keeping_others(const net::Address& address);

  /// Sends one request; refused, it reads "CALL: FreeBSD's words".
  Result<> send(const net::Request& request, std::string_view call);

  net::Network& network_;
  const IfRequest& request_;
  net::Link link_;
  std::string printed_;
};

}  // namespace cellblock::bsd
