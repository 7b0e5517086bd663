//===- CommandLine.cpp - verbs and options of the program -----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/tools/tandem-runtime/CommandLine.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace tandem::cli {

[[noreturn]] static void usage(const std::string &what) {
  throw Failure(ExitCode::Usage, what);
}

static size_t editDistance(const std::string &a, const std::string &b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t(0));
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = i;
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      size_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string suggest(const std::string &word,
                    const std::vector<std::string> &candidates) {
  std::string best;
  size_t least = std::max<size_t>(2, word.size() / 3) + 1;
  for (const std::string &candidate : candidates) {
    size_t distance = editDistance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best.empty() ? "" : ", did you mean '" + best + "'?";
}

bool parseNumber(std::string_view text, uint64_t most, uint64_t &number) {
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() &&
         number <= most;
}

static const Option &findOption(const Verb &verb, const std::string &name) {
  std::vector<std::string> names;
  for (const Option &option : verb.options) {
    if (option.name == name) {
      return option;
    }
    names.push_back(option.name);
  }
  usage(std::string("'") + verb.name + "' has no option '" + name + "'" +
        suggest(name, names) + "; see 'tandem-runtime " + verb.name +
        " --help'");
}

Arguments::Arguments(const Verb &verb, const std::vector<std::string> &words) {
  const std::string help =
      std::string("; see 'tandem-runtime ") + verb.name + " --help'";
  for (const Option &option : verb.options) {
    if (option.fallback) {
      values[option.name] = {option.fallback};
    }
  }
  std::vector<std::string> seen;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i].size() < 2 || words[i][0] != '-') {
      if (!bundlePath.empty()) {
        usage("two bundles are given: '" + bundlePath + "' and '" + words[i] +
              "'" + help);
      }
      bundlePath = words[i];
      continue;
    }
    size_t equals = words[i].find('=');
    std::string name = words[i].substr(0, equals);
    const Option &option = findOption(verb, name);
    bool isFirst = !std::count(seen.begin(), seen.end(), name);
    if (!isFirst && !option.repeats) {
      usage("option '" + name + "' is given twice" + help);
    }
    seen.push_back(name);
    bool hasValue = equals != std::string::npos;
    if (!option.value && hasValue) {
      usage("option '" + name + "' takes no value" + help);
    }
    if (option.value && !hasValue && i + 1 == words.size()) {
      usage("option '" + name + "' needs a value: " + option.value + help);
    }
    std::vector<std::string> &given = values[name];
    if (isFirst) {
      given.clear(); // of the fallback
    }
    given.push_back(hasValue       ? words[i].substr(equals + 1)
                    : option.value ? words[++i]
                                   : "");
  }
  if (bundlePath.empty()) {
    usage(std::string("'") + verb.name + "' needs a bundle" + help);
  }
}

const std::string &Arguments::text(const std::string &option) const {
  return values.at(option).back();
}

std::vector<std::string> Arguments::texts(const std::string &option) const {
  auto found = values.find(option);
  return found == values.end() ? std::vector<std::string>() : found->second;
}

uint64_t Arguments::number(const std::string &option, uint64_t least,
                           uint64_t most) const {
  uint64_t number = 0;
  const std::string &value = text(option);
  if (!parseNumber(value, most, number) || number < least) {
    usage("option '" + option + "' is '" + value + "', expected " +
          std::to_string(least) + " to " + std::to_string(most));
  }
  return number;
}

double Arguments::real(const std::string &option) const {
  const std::string &value = text(option);
  double number = 0;
  auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) {
    usage("option '" + option + "' is '" + value +
          "', expected a number such as 0.7");
  }
  return number;
}

static std::string pad(std::string text, size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

std::string helpText(const std::vector<Verb> &verbs) {
  std::string text = "runs bundles that 'tandem compile' has written\n\n"
                     "usage: tandem-runtime VERB BUNDLE [options]\n\nverbs:\n";
  for (const Verb &verb : verbs) {
    text += "  " + pad(verb.name, 10) + verb.meaning + "\n";
  }
  return text +
         "\n'tandem-runtime VERB --help' lists the options of a verb, "
         "'tandem-runtime --version' the version.\n"
         "TANDEM_CPU=NAME forces a variant of the code in every verb that runs "
         "it.\n"
         "exit codes: 0 ok, 1 internal error, 2 usage, 3 bundle rejected, "
         "4 unsupported,\n"
         "6 verification failed, 7 environment, 8 runtime failure, 130 "
         "interrupted\n";
}

std::string helpText(const Verb &verb) {
  std::string text = std::string(verb.meaning) + "\n\nusage: tandem-runtime " +
                     verb.name + " BUNDLE [options]\n\noptions:\n";
  for (const Option &option : verb.options) {
    std::string name = option.name;
    text += "  " + pad(option.value ? name + " " + option.value : name, 24) +
            option.meaning;
    if (option.fallback && *option.fallback) {
      text += std::string(" (default: ") + option.fallback + ")";
    }
    text += "\n";
  }
  return text;
}

} // namespace tandem::cli
