//===- Goal.cpp - what a deployment is asked to reach -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/passes/Place/Goal.h"

#include <algorithm>
#include <cmath>

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using llvm::StringRef;

namespace tandem {

/// `value` with three significant digits and the largest unit that fits.
static std::string format(double value,
                          llvm::ArrayRef<std::pair<double, const char *>> units,
                          StringRef space) {
  std::pair<double, const char *> unit = units.back();
  for (auto candidate : units) {
    if (std::abs(value) >= candidate.first) {
      unit = candidate;
      break;
    }
  }
  double scaled = value / unit.first;
  int digits = std::abs(scaled) >= 100 ? 0 : std::abs(scaled) >= 10 ? 1 : 2;
  std::string text = llvm::formatv("{0}", llvm::format("%.*f", digits, scaled));
  if (StringRef(text).contains('.')) {
    text = StringRef(text).rtrim('0').rtrim('.').str();
  }
  return text + space.str() + unit.second;
}

static constexpr std::pair<double, const char *> timeUnits[] = {
    {1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}};

std::string formatSeconds(double seconds) {
  return format(seconds, timeUnits, " ");
}

std::string formatBytes(double bytes) {
  return format(bytes,
                {{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}, {1, "B"}},
                " ");
}

std::string formatNumber(double value) {
  return llvm::formatv("{0}", llvm::format("%.3g", value));
}

Workload getDefaultWorkload(int64_t capacityTokens) {
  Workload workload;
  workload.promptTokens = std::clamp<int64_t>(capacityTokens * 3 / 4, 1, 1024);
  workload.newTokens = std::max<int64_t>(workload.promptTokens / 3, 1);
  return workload;
}

namespace {

/// One `key=value` of a list.
struct Item {
  StringRef key, value;
};

llvm::Expected<llvm::SmallVector<Item>>
parseItems(StringRef option, StringRef text, llvm::ArrayRef<StringRef> keys) {
  llvm::SmallVector<Item> items;
  llvm::SmallVector<StringRef> pieces;
  text.split(pieces, ',');
  for (StringRef piece : pieces) {
    auto [key, value] = piece.split('=');
    if (value.empty() || !llvm::is_contained(keys, key)) {
      return llvm::createStringError(
          "%s is '%s': '%s' is not one of %s", option.str().c_str(),
          text.str().c_str(), piece.str().c_str(),
          (llvm::join(keys, "=..., ") + "=...").c_str());
    }
    if (llvm::any_of(items, [&](Item item) { return item.key == key; })) {
      return llvm::createStringError("%s is '%s': '%s' stands twice",
                                     option.str().c_str(), text.str().c_str(),
                                     key.str().c_str());
    }
    items.push_back({key, value});
  }
  return items;
}

llvm::Error badValue(StringRef option, Item item, StringRef expected) {
  return llvm::createStringError(
      "%s: %s is '%s', expected %s", option.str().c_str(),
      item.key.str().c_str(), item.value.str().c_str(), expected.str().c_str());
}

/// A positive, finite number.
std::optional<double> parsePositive(StringRef text) {
  double value = 0;
  if (text.getAsDouble(value) || !std::isfinite(value) || value <= 0) {
    return std::nullopt;
  }
  return value;
}

/// A duration such as 200ms; the unit is required.
std::optional<double> parseSeconds(StringRef text) {
  size_t end = text.find_last_of("0123456789.");
  if (end == StringRef::npos) {
    return std::nullopt;
  }
  StringRef unit = text.drop_front(end + 1).trim();
  for (auto [seconds, name] : timeUnits) {
    if (unit == name) {
      std::optional<double> value = parsePositive(text.take_front(end + 1));
      return value ? std::optional(*value * seconds) : std::nullopt;
    }
  }
  return std::nullopt;
}

} // namespace

llvm::Expected<Workload> parseWorkload(StringRef text) {
  auto items = parseItems("--workload", text, {"in", "out", "rps"});
  if (!items) {
    return items.takeError();
  }
  Workload workload;
  for (Item item : *items) {
    if (item.key == "rps") {
      workload.requestsPerSecond = parsePositive(item.value);
      if (!workload.requestsPerSecond) {
        return badValue("--workload", item, "requests per second, above 0");
      }
      continue;
    }
    int64_t &tokens =
        item.key == "in" ? workload.promptTokens : workload.newTokens;
    if (item.value.getAsInteger(10, tokens) || tokens < 1 ||
        tokens > int64_t(1) << 32) {
      return badValue("--workload", item, "a number of tokens, at least 1");
    }
  }
  if (!workload.promptTokens || !workload.newTokens) {
    return llvm::createStringError(
        "--workload is '%s', expected in=... and out=..., the tokens of a "
        "prompt and of its answer",
        text.str().c_str());
  }
  return workload;
}

llvm::Expected<Slo> parseSlo(StringRef text) {
  auto items = parseItems("--slo", text, {"ttft", "tpot"});
  if (!items) {
    return items.takeError();
  }
  Slo slo;
  for (Item item : *items) {
    std::optional<double> &limit =
        item.key == "ttft" ? slo.ttftSeconds : slo.tpotSeconds;
    limit = parseSeconds(item.value);
    if (!limit) {
      return badValue("--slo", item,
                      "a time above 0 with its unit, such as 200ms");
    }
  }
  return slo;
}

std::string toString(const Workload &workload) {
  std::string text = llvm::formatv("in={0},out={1}", workload.promptTokens,
                                   workload.newTokens);
  if (workload.requestsPerSecond) {
    text += ",rps=" + formatNumber(*workload.requestsPerSecond);
  }
  return text;
}

std::string toString(const Slo &slo) {
  std::string text;
  if (slo.ttftSeconds) {
    text = "ttft=" + format(*slo.ttftSeconds, timeUnits, "");
  }
  if (slo.tpotSeconds) {
    text += (text.empty() ? "tpot=" : ",tpot=") +
            format(*slo.tpotSeconds, timeUnits, "");
  }
  return text;
}

} // namespace tandem
