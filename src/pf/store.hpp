// What a network stack's pf knows, kept in the kernel: the rulesets as text (nft/text.hpp), beside what runs.
#pragma once

#include "nft/dump.hpp"
#include "pf/compile.hpp"
#include "pf/tables.hpp"

namespace cellblock::pf {

Result<Whole> read_whole(sys::netlink::Socket& socket);

/// The transaction that makes `wanted` of what is there. Tables that aren't given keep their entries, and rules that stay
/// their counters. Its commit fails with ERESTART if something else was changed since `wanted` was read.
Result<nft::Batch> change(sys::netlink::Socket& socket, const Whole& wanted, const Machine& machine);

/// Numbers for the rules of a ruleset that is loaded: none that a rule had before, whose states may be there still.
uint32_t new_numbers();

/// The entries of a table, those of its rules (overload) with them. In order.
Result<std::vector<Listed>> entries_of(sys::netlink::Socket& socket, const std::string& anchor, const std::string& table);
/// They become these (in order), if `whole` still is what the kernel has: else ERESTART.
Result<> set_entries(sys::netlink::Socket& socket, const Whole& whole, const std::string& anchor, const std::string& table, const std::vector<Listed>& entries);

}  // namespace cellblock::pf
