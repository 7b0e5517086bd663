//===- EmitConversion.cpp - shared objects of a conversion ----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Conversion/EmitConversion.h"

#include "tandem/targets/X86/Conversion/Elements.h"
#include "tandem/targets/X86/Conversion/LowerConversion.h"
#include "tandem/targets/X86/Emit/Object.h"

#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

static llvm::Expected<SmallVector<char, 0>>
compile(const CacheConversion &conversion, const Variant &variant,
        Location location) {
  OwningOpRef<ModuleOp> module = lowerConversion(conversion, variant, location);
  if (failed(mlir::verify(*module))) {
    return llvm::createStringError("the conversion's code is malformed");
  }
  auto translated = translate(*module);
  if (!translated) {
    return translated.takeError();
  }
  auto object = compileObject(*translated->module, variant);
  if (!object) {
    return object.takeError();
  }
  return linkShared(*object);
}

FailureOr<std::vector<ArtifactVariant>>
tandem::x86::emitConversion(const CacheConversion &conversion, StringRef stem,
                            Location location, ArtifactSink &sink) {
  FloatType from = conversion.source.elementType,
            to = conversion.destination.elementType;
  if (!canConvert(from, to)) {
    return emitError(location)
           << "cache elements are " << from << " and " << to
           << ", expected f32, f16 or bf16 to convert between";
  }
  std::vector<ArtifactVariant> result;
  for (const Variant &variant : variants()) {
    ArtifactVariant artifact{variant.name.str(), "", {}};
    for (StringRef feature : variant.features) {
      artifact.features.push_back(feature.str());
    }
    // Variants for one CPU differ in what conversions do not use.
    for (auto [earlier, made] : llvm::zip(variants(), result)) {
      if (earlier.cpu == variant.cpu) {
        artifact.file = made.file;
      }
    }
    if (artifact.file.empty()) {
      artifact.file = (stem + "-" + variant.name + ".so").str();
      auto code = compile(conversion, variant, location);
      if (!code) {
        return emitError(location) << toString(code.takeError());
      }
      if (failed(sink.addFile(artifact.file, {code->data(), code->size()}))) {
        return failure();
      }
    }
    result.push_back(artifact);
  }
  return result;
}
