//===- KernelText.cpp - entries of a text of kernels -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Execute/KernelText.h"

#include <cstdlib>

namespace tandem::nvidia {

static constexpr std::string_view blanks = " \t\r\n";

/// Whether each of the parameters that `list` declares has the size of a tensor
/// map: `.param .align 64 .b8 NAME[128]`.
static std::vector<bool> findMaps(std::string_view list) {
  constexpr std::string_view word = ".param";
  std::vector<bool> isMap;
  for (size_t at = list.find(word); at != list.npos;) {
    size_t next = list.find(word, at + word.size());
    isMap.push_back(list.substr(at, next - at).find("[128]") != list.npos);
    at = next;
  }
  return isMap;
}

/// The number behind `word`; 0 where there is none.
static uint64_t numberBehind(std::string_view text, std::string_view word) {
  size_t at = text.find(word);
  return at == text.npos
             ? 0
             : std::strtoull(std::string(text.substr(at + word.size())).c_str(),
                             nullptr, 10);
}

std::map<std::string, KernelEntry> listEntries(std::string_view ptx) {
  constexpr std::string_view directive = ".entry";
  std::map<std::string, KernelEntry> entries;
  for (size_t at = ptx.find(directive); at != ptx.npos;
       at = ptx.find(directive, at + directive.size())) {
    std::string_view rest = ptx.substr(at + directive.size());
    std::string_view header = rest.substr(0, rest.find('{'));
    size_t open = header.find('('), close = header.find(')');
    size_t first = header.find_first_not_of(blanks);
    if (first == header.npos) {
      continue;
    }
    size_t end = header.find_first_of(" \t\r\n(", first);
    std::string name(header.substr(first, end - first));
    KernelEntry entry;
    if (open != header.npos && close != header.npos && open < close) {
      entry.isMap = findMaps(header.substr(open, close - open));
    }
    entry.threads = numberBehind(header, ".maxntid");
    std::string_view body = rest.substr(0, rest.find(directive));
    entry.waits = body.find("griddepcontrol.wait") != body.npos;
    entries.emplace(std::move(name), entry);
  }
  return entries;
}

} // namespace tandem::nvidia
