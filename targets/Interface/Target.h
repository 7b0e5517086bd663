//===- Target.h - what a chip's compiler provides ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The build side of a chip: how its weights are packed, how a deploy.part is
// lowered and emitted. Relies on the dialects only; passes never see it. A
// target is a folder under targets/ and one function `createTarget`, which
// targets/CMakeLists.txt collects in RegisteredTargets.inc.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_INTERFACE_TARGET_H
#define TANDEM_TARGETS_INTERFACE_TARGET_H

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/targets/Handoff/CacheLayout.h"
#include "tandem/targets/Runtime/PartDescription.h"

namespace tandem {

/// One of several tensors that an entry is handed over as, each on a 64-byte
/// boundary behind the one before.
struct PackedPiece {
  std::string type; ///< of its elements, as part.json shows it: "ui8"
  std::vector<int64_t> shape;
  int64_t bytes = 0;

  /// Bytes from here to the next piece.
  int64_t alignedBytes() const { return (bytes + 63) / 64 * 64; }
};

/// How one entry of a part's weight table lies in memory.
struct PackedWeight {
  /// Name of the physical layout, as part.json shows it: "panels16", "rows".
  std::string layout;
  /// Size in bytes of the packed tensor.
  int64_t bytes = 0;
  /// Index of an earlier entry whose packed tensor this one is, or -1. Entries
  /// with one source share it where the layout agrees.
  int64_t sameAs = -1;
  /// For a target that takes a stored weight as several arguments: those, in
  /// order; part.json lists each. Empty where the entry is one tensor.
  std::vector<PackedPiece> pieces;
};

/// Where the numbers of one payload of an entry lie in its packed tensor.
struct PackedField {
  unsigned payload = 0; ///< its index
  /// Type, places and elements; the values are the caller's.
  runtime::SeededField places;
};

/// One PackedWeight for each entry of the part's weight table, in order.
using PackingPlan = std::vector<PackedWeight>;

/// Sizes that a part asks of its caller; see targets/Runtime/PartAbi.h.
struct PartRequirements {
  int64_t maxTokens = 0; ///< new tokens in one step
  int64_t maxRows = 0;   ///< rows in one step
  int64_t arenaFixedBytes = 0;
  int64_t arenaBytesPerToken = 0;
  int64_t arenaBytesPerRow = 0;
  int64_t slotBytes = 0; ///< bytes of a cache slot at the given capacity
  CacheLayout cache;     ///< where a slot's elements lie
};

/// One way of a part's code, for one set of CPU features; the best comes last.
struct ArtifactVariant {
  std::string name;
  std::string file;
  std::vector<std::string> features;
};

/// Where emit puts files. Paths are relative to the part's folder.
class ArtifactSink {
public:
  virtual ~ArtifactSink() = default;
  virtual mlir::LogicalResult addFile(llvm::StringRef path,
                                      llvm::StringRef contents) = 0;
};

/// What emit needs to know beside the IR.
struct EmitOptions {
  int64_t capacityTokens = 4096; ///< tokens a cache slot holds
  unsigned jobs = 1;             ///< threads that may compile at once
  bool keepIr = false;           ///< also write the lowered IR
  /// Also write programs in the versioned form of their language; asked of
  /// targets that have one.
  bool portableForm = false;
};

/// What emit made: variants of machine code, programs in text, or kernels.
struct EmittedPart {
  PartRequirements requirements;
  std::vector<ArtifactVariant> variants;
  std::optional<runtime::TextCode> text;
  std::optional<runtime::LaunchCode> launches;
};

/// A chip's compiler. Diagnostics go to the part's MLIRContext.
class Target {
public:
  virtual ~Target() = default;

  /// The name that `#deploy.chip` carries.
  virtual llvm::StringRef getName() const = 0;

  /// One sentence for `tandem targets`.
  virtual llvm::StringRef getDescription() const = 0;

  /// Dialects that the target's lowering creates.
  virtual void registerDialects(mlir::DialectRegistry &registry) const = 0;

  /// Passes that the target's lowering consists of, for tandem-opt.
  virtual void registerPasses() const {}

  /// Fails, with one diagnostic for each operation, where the part holds what
  /// the target cannot run.
  virtual mlir::LogicalResult checkSupported(deploy::PartOp part) const = 0;

  /// Whether the target's programs have a versioned form, and why it cannot be
  /// written on this machine (empty where it can), in words.
  virtual bool hasPortableForm() const { return false; }
  virtual std::string whyNoPortableForm() const { return {}; }

  /// Chooses a layout for each weight of the part.
  virtual PackingPlan planPacking(deploy::PartOp part) const = 0;

  /// Writes one packed tensor, from its first byte to its last, in pieces of
  /// bounded size. `payloads` are the mapped bytes of the payloads of `slot`:
  /// one for a plain tensor (for `#deploy.rotary`: the table, fp32), several
  /// for a stored one.
  virtual void
  pack(deploy::SlotAttr slot, const PackedWeight &packed,
       llvm::ArrayRef<llvm::ArrayRef<char>> payloads,
       llvm::function_ref<void(llvm::ArrayRef<char>)> write) const = 0;

  /// Describes what `pack` would write for a weight of any values: all that is
  /// not zero. Nothing where the target does not describe such a layout; a
  /// bundle without weights then cannot be made.
  virtual std::optional<std::vector<PackedField>>
  describePacked(deploy::SlotAttr /*slot*/,
                 const PackedWeight & /*packed*/) const {
    return std::nullopt;
  }

  /// Lowers the part and writes its code.
  virtual mlir::FailureOr<EmittedPart>
  emit(deploy::PartOp part, ArtifactSink &sink,
       const EmitOptions &options) const = 0;

  /// Whether code of this target, on the host beside the chips, can convert
  /// caches; then `emitConversion` is defined.
  virtual bool canConvertCaches() const { return false; }

  /// Writes shared objects `<stem>-<variant>.so` that follow
  /// targets/Runtime/HandoffAbi.h; the best variant comes last.
  virtual mlir::FailureOr<std::vector<ArtifactVariant>>
  emitConversion(const CacheConversion & /*conversion*/,
                 llvm::StringRef /*stem*/, mlir::Location /*location*/,
                 ArtifactSink & /*sink*/) const {
    return mlir::failure();
  }
};

/// All targets of this build, by name.
const std::vector<std::unique_ptr<Target>> &getTargets();

/// The target called `name`, or null.
const Target *lookupTarget(llvm::StringRef name);

} // namespace tandem

#endif // TANDEM_TARGETS_INTERFACE_TARGET_H
