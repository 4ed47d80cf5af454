// One transaction: all of it happens or nothing, and no packet sees half of it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "nft/table.hpp"
#include "sys/netlink.hpp"

namespace cellblock::nft {

class Batch {
 public:
  /// What follows is in that table.
  Batch& in(Family family, std::string_view table);

  Batch& add(const Table& table);  ///< there already: success
  Batch& remove_table();           ///< and all that it holds
  /// Empties the table: it is there behind this, with nothing in it, whether it was before or not.
  Batch& fresh(const Table& table);

  Batch& add(const Chain& chain);
  Batch& remove_chain(std::string_view name);
  /// Takes the chain's rules out, or all chains'.
  Batch& flush(std::string_view chain = {});

  Batch& add(const Set& set);
  Batch& remove_set(std::string_view name);
  Batch& add(const SetRef& set, std::span<const Element> elements);
  Batch& remove(const SetRef& set, std::span<const Element> elements);
  Batch& flush_set(std::string_view name);

  Batch& add(const Counter& counter);
  Batch& remove_counter(std::string_view name);
  Batch& add(const NamedLimit& limit);
  Batch& remove_limit(std::string_view name);
  Batch& add(const ConnectionTimeout& timeout);
  Batch& remove_timeout(std::string_view name);

  Batch& append(const Rule& rule);   ///< at the chain's end, or behind `rule.behind`
  Batch& prepend(const Rule& rule);  ///< at its beginning, or before `rule.behind`
  Batch& replace(const Rule& rule);
  Batch& remove_rule(std::string_view chain, uint64_t handle);

  /// Only if nothing has changed since (see dump.hpp): else commit() fails with ERESTART.
  Batch& since(uint32_t generation) {
    generation_ = generation;
    return *this;
  }

  /// A number for an anonymous set, of this transaction's own.
  uint32_t next_id() { return ++last_id_; }

  bool empty() const { return requests_.empty(); }
  /// With the messages around it that make it one transaction.
  std::vector<sys::netlink::Request> requests() const;
  /// Nothing to do: success. An error has the kernel's errno, and says which thing it was.
  Result<> commit(sys::netlink::Socket& socket) const;

 private:
  using Request = sys::netlink::Request;
  Request& begin(uint16_t type, uint16_t flags, std::string what);
  Batch& remove_object(std::string_view kind, uint32_t type, std::string_view name);
  Batch& put(uint16_t type, uint16_t flags, const Rule& rule);
  Batch& put(uint16_t type, uint16_t flags, const SetRef& set, std::span<const Element> elements);

  Family family_ = Family::inet;
  std::string table_;
  uint32_t last_id_ = 0;
  std::optional<uint32_t> generation_;
  std::vector<Request> requests_;
  std::vector<std::string> what_;  // what each request is about
};

/// The header of a request for one table's family.
sys::netlink::Request request_of(uint16_t type, uint16_t flags, Family family);

}  // namespace cellblock::nft
