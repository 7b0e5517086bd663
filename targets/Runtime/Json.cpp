//===- Json.cpp - strict JSON ---------------------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/targets/Runtime/Json.h"

#include <set>
#include <vector>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

namespace {
/// Sees each parser event and rejects what JSON allows and we do not.
template <class Json> class StrictEvents {
public:
  explicit StrictEvents(const std::string &name) : name(name) {}

  bool operator()(int depth, typename Json::parse_event_t event, Json &value) {
    using Event = typename Json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      if (depth >= maximumJsonDepth) {
        fail("is nested deeper than " + std::to_string(maximumJsonDepth));
      }
    }
    if (event == Event::object_start) {
      keys.emplace_back();
    } else if (event == Event::object_end) {
      keys.pop_back();
    } else if (event == Event::key) {
      const auto &key = value.template get_ref<const std::string &>();
      if (!keys.back().insert(key).second) {
        fail("has key '" + key + "' twice in one object");
      }
    }
    return true;
  }

private:
  [[noreturn]] void fail(const std::string &what) {
    throw Failure(ExitCode::InputRejected, "'" + name + "' " + what);
  }

  const std::string &name;
  std::vector<std::set<std::string>> keys;
};
} // namespace

template <class Json>
static Json parseStrictly(std::string_view text, const std::string &name) {
  StrictEvents<Json> events(name);
  try {
    return Json::parse(text.begin(), text.end(), std::ref(events));
  } catch (const typename Json::exception &error) {
    // "[json.exception.parse_error.101] parse error at line 1, ...": drop the
    // bracket, which is of no use to a reader.
    std::string what = error.what();
    size_t bracket = what.find("] ");
    throw Failure(ExitCode::InputRejected,
                  "'" + name + "' is no valid JSON: " +
                      what.substr(bracket == what.npos ? 0 : bracket + 2));
  }
}

Json parseJson(std::string_view text, const std::string &name) {
  return parseStrictly<Json>(text, name);
}

OrderedJson parseOrderedJson(std::string_view text, const std::string &name) {
  return parseStrictly<OrderedJson>(text, name);
}

std::string writeJson(const Json &value) {
  return value.dump(2, ' ', /*ensure_ascii=*/false,
                    Json::error_handler_t::replace) +
         "\n";
}

} // namespace tandem::runtime
