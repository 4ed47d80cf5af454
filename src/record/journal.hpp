// The journal: what Cellblock has done and is about to do on this host, one line per event, readable with cat.
//
// This folder is the text and its meaning; kernel/registry.cc keeps the file. A line is written before the step
// that it announces, so whatever a crash leaves behind is named in the journal, and undoing is idempotent.
//
//   cellblock-journal 1
//   jail 7 @owner=812:5711:0 @cgroup=cellblock/7 @uid=268894208 name=web path=/jails/web persist=true ...
//   run 7 @keeper=813:5712:0           its process 1 runs; until then the owner answers for it
//   mount @owner=812:5711:0 @was=31 @root=/jails/web /jails/web/data
//   unmount /jails/web/data
//   alias @owner=812:5711:0 em0 10.0.0.7 32
//   unalias em0 10.0.0.7 32
//   bridge br0                         made for the jails with a cable to it, gone with the last
//   cable 7 @like=8231 br0 web 10.0.0.7/24        a jail's cable: its bridge, its end on the host, its addresses; until its end (@isolated=true, @vlans=10;20t, @via=10.0.0.1;fd00::1 ...)
//   cable 7/eth1 @like=1102 br1 web.eth1          another one of the same jail's
//   joined 7 7/eth1 8                  their ends are ports of their bridges; until then a crash may have left them alone
//   uncable 7
//   unbridge br0
//   hold br0 10                        a bridge, or its VLAN, stays without a jail (cellblock network start) ...
//   unhold br0 10                      ... no longer
//   lend 7 5ad8fc01 0 em0 -            an interface that visits a jail, its mark, whose it is, its name and its kind
//   unlend 5ad8fc01
//   rules 7                            the packet filter may have rules for that cable (@nat, @forward) ...
//   unrules 7                          ... and has none any more
//   end 7
//   last 7                             the jid given last (written when the journal is rewritten)
//
// Words are encoded by vis(); a process is PID:INODE:START (sys::ProcessMark).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <string_view>
#include <vector>

#include "model/cable.hpp"
#include "model/snapshot.hpp"

namespace cellblock::record {

inline constexpr std::string_view header = "cellblock-journal 1\n";

/// A process of the host, told from later ones with the same pid.
struct Process {
  pid_t pid = 0;
  uint64_t inode = 0, start = 0;
  friend bool operator==(const Process&, const Process&) = default;
};

/// A mount made on the host below a jail's root. `was` is the id of the mount that lay at `target` before, so
/// that an undo after a crash can tell whether the step was done.
struct MountMade {
  Process owner;
  std::string root, target;
  uint64_t was = 0;
  std::string upper = {};  ///< of a union mount: the directory that is written to
};

/// An address added to a host's interface for the jails that have it.
struct AliasMade {
  Process owner;
  std::string interface, address;
  int prefix = 0;
};

/// A jail's cable to a bridge. It dies with the jail by itself.
struct CableMade {
  std::string bridge, near;
  std::vector<model::CableAddress> addresses;
  uint64_t like = 0;  ///< tells whether another description means the same
  model::CableRules rules = {};
  bool isolated = false;
  model::Vlans vlans = {};
  std::vector<std::string> gateways = {};  ///< of its default routes, one of each family at most
  std::string segment() const { return model::segment_of(bridge, vlans); }
};

/// An interface that visits a jail.
struct Lent {
  model::JailId jid = 0;
  model::JailId from = 0;  ///< the jail whose stack it is of; 0: the host's
  std::string name, kind;  ///< as it was (net::Link)
};

/// A bridge and one of its VLANs; 0: what has no tag.
using Segment = std::pair<std::string, uint16_t>;

/// Everything the journal says.
struct State {
  model::Snapshot snapshot;                   ///< jails that run or are being made
  std::map<model::JailId, Process> makers;    ///< who is making the jail; gone once it runs
  std::vector<MountMade> mounts;
  std::vector<AliasMade> aliases;
  std::map<model::CableId, CableMade> cables;
  std::set<model::CableId> unjoined;           ///< which are no port of their bridge yet
  std::set<std::string, std::less<>> bridges;  ///< made by Cellblock
  std::set<Segment> held;                      ///< what stays without a jail
  std::map<std::string, Lent> lent;            ///< by the mark on the interface
  std::set<model::CableId> rules;              ///< the cables, past ones too, of which the packet filter may know
  /// Segment (a bridge, or one of its VLANs), address and owner of all cables: who has an address is found without a look at each.
  std::set<std::tuple<std::string, std::string, model::CableId>> cable_addresses;
};

std::string jail_line(const model::Jail& jail, const std::optional<Process>& maker);
std::string run_line(model::JailId jid, const model::Runtime& runtime);
std::string end_line(model::JailId jid);
std::string mount_line(const MountMade& made);
std::string unmount_line(std::string_view target);
std::string alias_line(const AliasMade& made);
std::string unalias_line(const AliasMade& made);

std::string lend_line(const std::string& token, const Lent& lent);
std::string unlend_line(const std::string& token);

std::string cable_line(const model::CableId& id, const CableMade& made);
/// A cable that is a port of its bridge already.
std::string joined_cable_lines(const model::CableId& id, const CableMade& made);
std::string joined_line(std::span<const model::CableId> ids);
std::string uncable_line(const model::CableId& id);
std::string bridge_line(std::string_view bridge);
std::string unbridge_line(std::string_view bridge);
std::string hold_line(const Segment& segment);
std::string unhold_line(const Segment& segment);
std::string rules_line(const model::CableId& id);
std::string unrules_line(const model::CableId& id);
/// The cables that have the address in the segment: one, and those of jails that ended a moment ago.
std::vector<model::CableId> cables_at(const State& state, const std::string& segment, const std::string& address);
/// Whether a cable with an address is in the segment.
bool has_cables(const State& state, const std::string& segment);
/// The bridges that no jail has a cable to any more, and that nobody holds.
std::vector<std::string> idle_bridges(const State& state);

/// Folds one line (without its newline) into `state`. False: the line means nothing; `state` is unchanged.
bool apply_line(State& state, std::string_view line);

/// Folds whole lines of `text`; returns how many bytes they were. A last line without newline, torn by a crash,
/// is left alone.
size_t fold(State& state, std::string_view text);

/// The shortest journal that folds to `state`.
std::string rewrite(const State& state);

}  // namespace cellblock::record
