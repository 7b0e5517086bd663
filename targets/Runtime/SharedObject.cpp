//===- SharedObject.cpp - what a shared object asks and offers ------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/SharedObject.h"

#include <cstring>
#include <elf.h>

namespace tandem::runtime {

namespace {
/// Bounds-checked view of the file; a bad offset gives empty views.
class ElfFile {
public:
  explicit ElfFile(std::string_view bytes) : bytes(bytes) {}

  template <class T> bool read(uint64_t offset, T &value) const {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) {
      return false;
    }
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return true;
  }

  std::string_view range(uint64_t offset, uint64_t size) const {
    if (offset > bytes.size() || bytes.size() - offset < size) {
      return {};
    }
    return bytes.substr(offset, size);
  }

  /// The first section of `type`; false if there is none.
  bool findSection(uint32_t type, Elf64_Shdr &section) const {
    Elf64_Ehdr header;
    if (!read(0, header)) {
      return false;
    }
    for (uint64_t i = 0; i < header.e_shnum; ++i) {
      if (!read(header.e_shoff + i * sizeof(section), section)) {
        return false;
      }
      if (section.sh_type == type) {
        return true;
      }
    }
    return false;
  }

  /// The section with `index`.
  bool getSection(uint64_t index, Elf64_Shdr &section) const {
    Elf64_Ehdr header;
    return read(0, header) && index < header.e_shnum &&
           read(header.e_shoff + index * sizeof(section), section);
  }

private:
  std::string_view bytes;
};
} // namespace

static std::string whyNotObject(const ElfFile &file) {
  Elf64_Ehdr header;
  if (!file.read(0, header) ||
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_DYN) {
    return "is no 64-bit little-endian ELF shared object";
  }
#if defined(__x86_64__)
  if (header.e_machine != EM_X86_64) {
    return "is not for x86-64";
  }
#elif defined(__aarch64__)
  if (header.e_machine != EM_AARCH64) {
    return "is not for AArch64";
  }
#endif
  return "";
}

static std::string whyNotSymbols(const ElfFile &file,
                                 std::string_view queryName) {
  Elf64_Shdr symbols, strings;
  if (!file.findSection(SHT_DYNSYM, symbols) ||
      !file.getSection(symbols.sh_link, strings)) {
    return "has no dynamic symbols";
  }
  std::string_view names = file.range(strings.sh_offset, strings.sh_size);
  bool found = false;
  for (uint64_t i = 1; i < symbols.sh_size / sizeof(Elf64_Sym); ++i) {
    Elf64_Sym symbol;
    if (!file.read(symbols.sh_offset + i * sizeof(symbol), symbol) ||
        symbol.st_name >= names.size()) {
      return "has a damaged symbol table";
    }
    std::string_view name = names.substr(symbol.st_name);
    name = name.substr(0, name.find('\0'));
    if (symbol.st_shndx == SHN_UNDEF) {
      return "has the undefined symbol '" + std::string(name) + "'";
    }
    if (ELF64_ST_BIND(symbol.st_info) == STB_LOCAL) {
      continue;
    }
    if (name != queryName) {
      return "exports '" + std::string(name) + "' beside '" +
             std::string(queryName) + "'";
    }
    found = true;
  }
  return found ? "" : "does not export '" + std::string(queryName) + "'";
}

static std::string whyNotDynamic(const ElfFile &file) {
  Elf64_Shdr dynamic;
  if (!file.findSection(SHT_DYNAMIC, dynamic)) {
    return "has no dynamic section";
  }
  for (uint64_t i = 0; i < dynamic.sh_size / sizeof(Elf64_Dyn); ++i) {
    Elf64_Dyn entry;
    if (!file.read(dynamic.sh_offset + i * sizeof(entry), entry)) {
      return "has a damaged dynamic section";
    }
    switch (entry.d_tag) {
    case DT_NEEDED:
      return "needs another library";
    case DT_INIT:
    case DT_INIT_ARRAY:
    case DT_FINI:
    case DT_FINI_ARRAY:
      return "has code that runs when it is loaded or unloaded";
    default:
      break;
    }
  }
  return "";
}

/// Segments must lie inside the file, or the loader would fault on them; the
/// section headers at its end show that nothing is missing.
static std::string whyNotSegments(const ElfFile &file) {
  Elf64_Ehdr header;
  Elf64_Phdr segment;
  if (!file.read(0, header)) {
    return "is cut off";
  }
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    if (!file.read(header.e_phoff + i * sizeof(segment), segment) ||
        (segment.p_filesz != 0 &&
         file.range(segment.p_offset, segment.p_filesz).empty())) {
      return "is cut off";
    }
  }
  uint64_t sectionBytes = uint64_t(header.e_shnum) * sizeof(Elf64_Shdr);
  return file.range(header.e_shoff, sectionBytes).empty() ? "is cut off" : "";
}

std::string whyNotModule(std::string_view elf, std::string_view symbol) {
  ElfFile file(elf);
  for (auto check : {whyNotObject, whyNotSegments, whyNotDynamic}) {
    if (std::string why = check(file); !why.empty()) {
      return why;
    }
  }
  return whyNotSymbols(file, symbol);
}

std::string whyNotPart(std::string_view elf) {
  return whyNotModule(elf, "tandem_part_query");
}

} // namespace tandem::runtime
