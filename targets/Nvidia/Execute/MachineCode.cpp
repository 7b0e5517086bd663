//===- MachineCode.cpp - is machine code whole -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Execute/CheckPart.h"

#include <cstring>
#include <elf.h>
#include <set>

namespace tandem::nvidia {

/// Machines of this kind in an ELF header, by LLVM's list of them.
static constexpr uint16_t machineOfChips = 190;

template <class T>
static bool read(std::string_view file, uint64_t offset, T &value) {
  if (offset > file.size() || file.size() - offset < sizeof(T)) {
    return false;
  }
  std::memcpy(&value, file.data() + offset, sizeof(T));
  return true;
}

static bool lies(std::string_view file, uint64_t offset, uint64_t bytes) {
  return offset <= file.size() && bytes <= file.size() - offset;
}

std::string whyNotMachineCode(std::string_view elf,
                              const runtime::LaunchCode &code) {
  Elf64_Ehdr header;
  if (!read(elf, 0, header) ||
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_machine != machineOfChips) {
    return "is no 64-bit ELF file for this kind of chip";
  }
  if (!lies(elf, header.e_shoff,
            uint64_t(header.e_shnum) * sizeof(Elf64_Shdr)) ||
      !lies(elf, header.e_phoff,
            uint64_t(header.e_phnum) * sizeof(Elf64_Phdr))) {
    return "is cut off: it has " + std::to_string(elf.size()) +
           " bytes, its tables of sections and segments end beyond";
  }
  Elf64_Shdr names = {};
  read(elf, header.e_shoff + header.e_shstrndx * sizeof(Elf64_Shdr), names);
  std::set<std::string> sections;
  for (uint64_t i = 0; i < header.e_shnum; ++i) {
    Elf64_Shdr section = {};
    read(elf, header.e_shoff + i * sizeof(section), section);
    bool hasBytes = section.sh_type != SHT_NOBITS && section.sh_type != 0;
    if (hasBytes && !lies(elf, section.sh_offset, section.sh_size)) {
      return "is cut off: section " + std::to_string(i) + " has " +
             std::to_string(section.sh_size) + " bytes from byte " +
             std::to_string(section.sh_offset) + " of " +
             std::to_string(elf.size());
    }
    if (lies(elf, names.sh_offset, names.sh_size) &&
        section.sh_name < names.sh_size) {
      std::string_view name = elf.substr(names.sh_offset, names.sh_size);
      name = name.substr(section.sh_name);
      sections.emplace(name.substr(0, name.find('\0')));
    }
  }
  for (const runtime::LaunchedKernel &kernel : code.kernels) {
    if (!sections.count(".text." + kernel.name)) {
      return "has no section '.text." + kernel.name + "'";
    }
  }
  return "";
}

} // namespace tandem::nvidia
