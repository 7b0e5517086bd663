//===- CodeTest.cpp - machine code and shared objects -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads the disassembly of every variant, those this CPU cannot run included.
//
//===----------------------------------------------------------------------===//

#include "CompiledPart.h"
#include "KernelLibrary.h"
#include "PartTexts.h"
#include "QuantizedPanels.h"

#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Regex.h"

#include <gtest/gtest.h>

using namespace llvm;
using namespace tandem::x86;

namespace {
/// The kernels of a variant in a file.
class ObjectFile {
public:
  explicit ObjectFile(const Variant &variant) {
    KernelLibrary library(variant);
    int file;
    sys::fs::createTemporaryFile("tandem-kernels", "o", file, name);
    raw_fd_ostream(file, /*shouldClose=*/true)
        .write(library.object.data(), library.object.size());
  }
  ~ObjectFile() { sys::fs::remove(name); }
  ObjectFile(const ObjectFile &) = delete;

  std::string path() const { return name.str().str(); }

private:
  SmallString<128> name;
};
} // namespace

/// The instructions of `function` in `object`, or nothing without llvm-objdump.
static std::vector<std::pair<uint64_t, std::string>>
disassemble(const std::string &objectPath, const std::string &function) {
  std::vector<std::pair<uint64_t, std::string>> instructions;
  auto tool = sys::findProgramByName("llvm-objdump-22");
  if (!tool) {
    return instructions;
  }
  SmallString<128> output;
  sys::fs::createTemporaryFile("tandem-code", "s", output);
  std::string symbols = "--disassemble-symbols=" + function;
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(output),
                                          std::nullopt};
  sys::ExecuteAndWait(*tool,
                      {*tool, "-d", "--no-show-raw-insn", symbols, objectPath},
                      std::nullopt, redirects);
  auto text = MemoryBuffer::getFile(output);
  sys::fs::remove(output);
  Regex line("^ *([0-9a-f]+):[ \t]+(.*)$");
  SmallVector<StringRef> lines, parts;
  (*text)->getBuffer().split(lines, '\n');
  for (StringRef each : lines) {
    uint64_t address;
    if (line.match(each, &parts) && !parts[1].getAsInteger(16, address)) {
      instructions.emplace_back(address, parts[2].str());
    }
  }
  return instructions;
}

/// The loop (a jump back and what it spans) with the most multiply-adds.
static std::vector<std::string>
innerLoop(const std::vector<std::pair<uint64_t, std::string>> &code) {
  std::vector<std::string> best;
  long most = 0;
  Regex jump("^j[a-z]+[ \t]+0x([0-9a-f]+)");
  for (size_t i = 0; i < code.size(); ++i) {
    SmallVector<StringRef> parts;
    uint64_t target;
    if (!jump.match(code[i].second, &parts) ||
        parts[1].getAsInteger(16, target) || target > code[i].first) {
      continue;
    }
    std::vector<std::string> body;
    for (size_t j = 0; j <= i; ++j) {
      if (code[j].first >= target) {
        body.push_back(code[j].second);
      }
    }
    long count = llvm::count_if(
        body, [](StringRef text) { return text.starts_with("vfmadd"); });
    if (count > most) {
      most = count;
      best = body;
    }
  }
  return best;
}

TEST(X86Code, RegisterTilesDoNotSpill) {
  for (const Variant &variant : variants()) {
    ObjectFile object(variant);
    StringRef vectorRegister = variant.lanes == 16 ? "%zmm" : "%ymm";
    for (const char *name : {"multiply_packed_", "multiply_rows_"}) {
      for (int64_t rows = 1; rows <= variant.tileRows; ++rows) {
        auto code = disassemble(object.path(), name + std::to_string(rows));
        if (code.empty()) {
          GTEST_SKIP() << "llvm-objdump-22 is not installed";
        }
        auto loop = innerLoop(code);
        SCOPED_TRACE(testing::Message()
                     << variant.name.str() << " " << name << rows);
        int64_t multiplies = 0, stackUses = 0, moves = 0;
        Regex move("^vmov[au]p[sd][ \t]+%[yz]mm[0-9]+, %[yz]mm");
        for (StringRef text : loop) {
          multiplies +=
              text.starts_with("vfmadd") && text.contains(vectorRegister);
          stackUses += text.contains("%rsp") || text.contains("%rbp");
          moves += move.match(text);
        }
        EXPECT_GE(multiplies, rows * variant.panelVectors());
        EXPECT_EQ(multiplies % (rows * variant.panelVectors()), 0);
        EXPECT_EQ(stackUses, 0);
        EXPECT_EQ(moves, 0);
      }
    }
  }
}

/// The tile of one row streams a matrix: its loop has the products of bytes
/// that its variant has, on full registers, and nothing on the stack.
TEST(X86Code, QuantisedTilesMultiplyBytes) {
  for (const Variant &variant : variants()) {
    ObjectFile object(variant);
    bool hasDot = variant.hasFeature("avx512vnni");
    std::string vectorRegister = variant.lanes == 16 ? "%zmm" : "%ymm";
    for (const PanelFormat &format : blockFormats()) {
      SCOPED_TRACE(variant.name.str() + " " + format.name());
      auto code =
          disassemble(object.path(), "multiply_blocks_" + format.name() + "_1");
      if (code.empty()) {
        GTEST_SKIP() << "llvm-objdump-22 is not installed";
      }
      int64_t products = 0, stackUses = 0;
      for (StringRef text : innerLoop(code)) {
        products += text.starts_with(hasDot ? "vpdpbusd" : "vpmaddubsw") &&
                    text.contains(vectorRegister);
        stackUses += text.contains("%rsp") || text.contains("%rbp");
      }
      // A product takes 4 k of the lanes; 8-bit codes are two without VNNI.
      int64_t groups = format.block / 4 * variant.panelVectors();
      EXPECT_EQ(products, format.bits == 8 && !hasDot ? 2 * groups : groups);
      EXPECT_EQ(stackUses, 0);
    }
  }
}

static std::vector<std::string> dynamicSymbols(const std::string &file) {
  std::vector<std::string> names;
  auto object = cantFail(
      object::ObjectFile::createELFObjectFile(MemoryBufferRef(file, "part")));
  for (object::ELFSymbolRef symbol :
       cast<object::ELFObjectFileBase>(object.get())
           ->getDynamicSymbolIterators()) {
    std::string name = cantFail(symbol.getName()).str();
    bool isUndefined =
        cantFail(symbol.getFlags()) & object::SymbolRef::SF_Undefined;
    names.push_back((isUndefined ? "undefined " : "") + name);
  }
  return names;
}

TEST(X86Code, ExportsOneSymbolAndNeedsNone) {
  CompiledPart part(llamaText(), 128);
  for (const tandem::ArtifactVariant &variant : part.emitted().variants) {
    EXPECT_EQ(dynamicSymbols(part.file(variant.file)),
              std::vector<std::string>{"tandem_part_query"});
  }
}

TEST(X86Code, SameBytesAgain) {
  CompiledPart first(llamaText(), 128), second(llamaText(), 128);
  for (const tandem::ArtifactVariant &variant : first.emitted().variants) {
    EXPECT_EQ(first.file(variant.file), second.file(variant.file));
  }
}

TEST(X86Code, CountsVariantsThatDoNotRunHere) {
  std::string missing;
  for (const Variant &variant : variants()) {
    if (!canRun(variant)) {
      missing += " " + variant.name.str();
    }
  }
  if (!missing.empty()) {
    GTEST_SKIP() << "compiled and disassembled but not run on this CPU:"
                 << missing;
  }
}
