//===- TemplateTest.cpp - conversations as prompts ------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What needs no jinja2 to be known; render.test compares the rest with it.
//
//===----------------------------------------------------------------------===//

#include <ctime>

#include <gtest/gtest.h>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Template/ChatTemplate.h"

using namespace tandem::runtime;

/// What `source` renders, or its exit code and message.
static std::string render(const std::string &source) {
  static const OrderedJson variables = OrderedJson::parse(
      R"({"n": 3, "words": ["x", "Yy", "z"], "text": " a<b> ", "no": null,
          "object": {"b": 1, "a": [1.5, true]}, "accent": "\u00e9\u00df"})");
  std::tm date = {};
  strptime("2024-07-26", "%Y-%m-%d", &date);
  try {
    return ChatTemplate::parse(source).render(variables, date);
  } catch (const Failure &failure) {
    return std::to_string(static_cast<int>(failure.code)) + ": " +
           failure.what();
  }
}

struct Case {
  const char *source, *expected;
};

template <size_t count> static void check(const Case (&cases)[count]) {
  for (const Case &test : cases) {
    SCOPED_TRACE(test.source);
    EXPECT_EQ(render(test.source), test.expected);
  }
}

TEST(Template, Values) {
  check({
      {"{{ n }}|{{ no }}|{{ true }}|{{ 1.0 }}|{{ 1e3 }}",
       "3|None|True|1.0|1000.0"},
      {"{{ words }}", "['x', 'Yy', 'z']"},
      {"{{ object }}", "{'b': 1, 'a': [1.5, True]}"},
      {"{{ missing }}|{{ object.missing }}", "|"},
      {"{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }}",
       "3 -4 2 3.5 1024"},
      {"{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 2 ** 3 ** 2 }}", "7 9 64"},
      {"{{ 'a' ~ 1 ~ none }}", "a1None"},
      {"{{ words[-1] }} {{ words[1:] }} {{ words[::-1] }}",
       "z ['Yy', 'z'] ['z', 'Yy', 'x']"},
      {"{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }}", "True False"},
      {"{{ 'x' in words }} {{ 'q' not in words }} {{ 'b' in object }}",
       "True True True"},
      {"{{ 0 or 'b' }} {{ 1 and 'c' }} {{ not '' }}", "b c True"},
      {"{{ 'a' if n > 2 else 'b' }}{{ 'c' if n > 9 }}", "a"},
  });
}

TEST(Template, Filters) {
  check({
      {"{{ text|trim }}|{{ text|upper }}|{{ text|length }}", "a<b>| A<B> |6"},
      {"{{ accent|upper }} {{ accent|length }}", "\u00c9SS 2"},
      {"{{ object|tojson }}", R"({"b": 1, "a": [1.5, true]})"},
      {"{{ accent|tojson }}", "\"\u00e9\u00df\""},
      {"{{ words|join(', ') }} {{ words|first }} {{ words|last }}",
       "x, Yy, z x z"},
      {"{{ missing|default('d') }}{{ no|default('e', true) }}", "de"},
      {"{{ 'a-b-a'|replace('a', 'c') }}", "c-b-c"},
      {"{{ words|map('upper')|list }}", "['X', 'YY', 'Z']"},
      {"{{ words|select('equalto', 'x')|list }}", "['x']"},
      {"{{ words|sort|join }} {{ words|reverse|join }}", "xYyz zYyx"},
      {"{{ object|dictsort }}", "[('a', [1.5, True]), ('b', 1)]"},
      {"{{ 'they''re'|title }} {{ 'ab cd'|title }} {{ 'aB'|capitalize }}",
       "Theyre Ab Cd Ab"},
      {"{{ '7'|int + 1 }} {{ 'q'|int }} {{ 2.5|int }}", "8 0 2"},
  });
}

TEST(Template, TestsAndMethods) {
  check({
      {"{{ n is odd }} {{ n is defined }} {{ m is defined }}",
       "True True False"},
      {"{{ no is none }} {{ n is string }} {{ object is mapping }}",
       "True False True"},
      {"{{ words is iterable }} {{ n is divisibleby(3) }}", "True True"},
      {"{{ text.strip() }} {{ 'a,b,c'.split(',', 1) }}", "a<b> ['a', 'b,c']"},
      {"{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'c')) }}",
       "True True"},
      {"{{ object.items()|list }} {{ object.get('q', 5) }}",
       "[('b', 1), ('a', [1.5, True])] 5"},
      {"{{ 'abcabc'.find('c') }} {{ 'xxaxx'.strip('x') }}", "2 a"},
      {"{{ strftime_now('%d %b %Y') }}", "26 Jul 2024"},
  });
}

TEST(Template, Statements) {
  check({
      {"{% for w in words %}{{ loop.index }}{{ w }}{{ ',' if not loop.last "
       "}}{% endfor %}",
       "1x,2Yy,3z"},
      {"{% for w in words if w != 'x' %}{{ loop.index0 }}{% else %}q{% endfor "
       "%}",
       "01"},
      {"{% for w in [] %}a{% else %}q{% endfor %}", "q"},
      {"{% for i in range(9) %}{% if i == 1 %}{% continue %}{% endif %}"
       "{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}",
       "02"},
      {"{% for k, v in object.items() %}{{ k }}{{ loop.previtem is defined "
       "}}{% endfor %}",
       "bFalseaTrue"},
      // What a loop sets is gone behind it; a namespace keeps it.
      {"{% set a = 1 %}{% for i in [1] %}{% set a = 2 %}{% endfor %}{{ a }}",
       "1"},
      {"{% set s = namespace(a=1) %}{% for i in [1] %}{% set s.a = 2 %}"
       "{% endfor %}{{ s.a }}",
       "2"},
      {"{% macro m(a, b='d') %}{{ a }}{{ b }}{% endmacro %}{{ m('x') }}"
       "{{ m('y', b='z') }}",
       "xdyz"},
      {"{% set t %}a{{ n }}{% endset %}{{ t }}{{ t }}", "a3a3"},
      {"{% if n == 1 %}a{% elif n == 3 %}b{% else %}c{% endif %}", "b"},
      {"{% generation %}g{% endgeneration %}", "g"},
  });
}

TEST(Template, WhiteSpace) {
  check({
      {"a\n{% if n %}\nb\n{% endif %}\nc\n", "a\nb\nc"},
      {"a  {%- if n %}  b  {%- endif -%}  c", "a  bc"},
      {"a {{- n -}} b", "a3b"},
      {"a\n  {% if n %}b{% endif %}", "a\nb"}, // lstrip_blocks
      {"a\n  {%+ if n %}b{% endif %}", "a\n  b"},
      {"{% if n %}\n\nb{% endif %}", "\nb"}, // trim_blocks: one line end
      {"a{# {{ no }} #}\nb", "ab"},
      {"{% raw %}{{ n }}{% endraw %}", "{{ n }}"},
  });
}

TEST(Template, Errors) {
  check({
      {"\n{% if n %}",
       "3: chat template, line 2: a block lacks its end, 'endif'"},
      {"{{ raise_exception('only ' ~ n) }}",
       "3: chat template, line 1: refuses the conversation: only 3"},
      {"{{ q.name }}", "3: chat template, line 1: 'q' is undefined"},
      {"{% include 'x' %}",
       "4: chat template, line 1: tag 'include' is not supported"},
      {"{{ range(100001) }}",
       "3: chat template, line 1: 'range' has more than 100000 items"},
      {"{% set s = namespace(t='a') %}{% for i in range(99) %}{% set s.t = "
       "s.t ~ s.t %}{% endfor %}",
       "3: chat template, line 1: makes more than 64 MiB of values"},
      {"{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
       "3: chat template, line 1: is nested deeper than 1500: endless "
       "recursion?"},
  });
}

TEST(Template, ASizeAtTheLimitIsRead) {
  EXPECT_EQ(render("{{ range(100000)|length }}"), "100000");
  std::string largest(maximumTemplateBytes, 'a');
  EXPECT_EQ(render(largest), largest);
  EXPECT_EQ(render(largest + "a").substr(0, 3), "3: ");
}
