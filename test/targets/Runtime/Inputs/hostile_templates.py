"""Gives tandem-runtime chat templates that are meant to harm.

Each must end with exit code 3 (4 where it is Jinja beyond the subset) and a
message that names a bound, within 2 s of processor time and 200 MB, whatever the
loop or size that it asks for. Closes with "N passed, N failed, N skipped".
"""
import json
import sys
import tempfile
from pathlib import Path

from bounded import judge, nested, run

CONVERSATION = {"messages": [{"role": "user", "content": "x" * 1000}], "text": "a b" * 300000}
BEYOND = "is not supported"
BOUND = "more than|nested deeper|larger than|lacks its end|is no part of"
DOUBLED = "{% set s = namespace(t='a b<') %}{% for i in range(99) %}{% set s.t = s.t ~ s.t %}{{ (s.t|FILTER)|length }}{% endfor %}"


def cases():
    """Name, template, what the message says; nothing stands for any bound."""
    yield "product of a text", "{{ 'x' * 10**9 }}", ""
    yield "product of a list", "{{ [1] * 10**9 }}", ""
    yield "product of products", "{{ 'x' * 10**5 * 10**5 }}", ""
    yield "power", "{{ 10 ** 10 ** 10 }}", BEYOND
    yield "power of powers", "{{ 9 ** 9 ** 9 ** 9 }}", BEYOND
    yield "huge range", "{{ range(10**9)|list }}", "range"
    yield "huge range in a loop", "{% for i in range(0, 10**15, 2) %}{% endfor %}", "range"
    yield "two loops", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", ""
    yield "loops with output", "{% for a in range(99999) %}{% for b in range(99999) %}{{ b }}{% endfor %}{% endfor %}", ""
    yield "recursive macro", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "endless recursion"
    yield "two macros", "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}", ""
    yield "tree of macros", "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}", ""
    yield "recursive loop", "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", ""
    yield "doubled namespace", DOUBLED.replace("|FILTER", ""), "64 MiB"
    for name in ("trim", "title", "tojson", "replace('a', 'bb')", "upper", "list", "join(',')", "escape", "capitalize", "reverse", "indent"):
        yield f"doubled text through {name}", DOUBLED.replace("FILTER", name), ""
    yield "doubled list", "{% set s = namespace(t=[1]) %}{% for i in range(99) %}{% set s.t = s.t + s.t %}{% endfor %}", ""
    yield "nested lists", "{% set s = namespace(t=[]) %}{% for i in range(99999) %}{% set s.t = [s.t] %}{% endfor %}{{ s.t }}", ""
    yield "nested lists as JSON", "{% set s = namespace(t=[]) %}{% for i in range(99999) %}{% set s.t = [s.t] %}{% endfor %}{{ s.t|tojson }}", ""
    yield "shared lists", "{% set s = namespace(t=[1]) %}{% for i in range(60) %}{% set s.t = [s.t, s.t] %}{% endfor %}{{ s.t|tojson }}", ""
    yield "shared lists compared", ("{% set s = namespace(t=[1], u=[1]) %}{% for i in range(60) %}{% set s.t = [s.t, s.t] %}"
                                    "{% set s.u = [s.u, s.u] %}{% endfor %}{{ s.t == s.u }}"), ""
    yield "itself in itself", "{% set a = namespace() %}{% set a.a = a %}{{ a }}{{ a|tojson }}", BEYOND
    yield "strip of much, often", "{% for i in range(99999) %}{% set x = text.strip('ab ') %}{{ text.rstrip('z') }}{% endfor %}", ""
    yield "replace by much", "{{ text.replace('a', text) }}", "64 MiB"
    yield "join with much", "{{ range(99999)|join(text) }}", "64 MiB"
    yield "split of much, often", "{% for i in range(99999) %}{% set x = text.split(' ') %}{% endfor %}", ""
    yield "find in much, often", "{% for i in range(99999) %}{% set x = text.find('bbb') %}{{ 'bba' in text }}{% endfor %}", ""
    yield "slices of much", "{% for i in range(99999) %}{% set x = text[::-1] %}{% endfor %}", ""
    yield "index of much", "{% for i in range(99999) %}{{ text[-i] }}{{ text|length }}{{ (text|last) }}{% endfor %}{{ 'x' * 10**9 }}", ""
    yield "sorts of much", "{% for i in range(9999) %}{% set x = range(99999)|sort(reverse=true) %}{% endfor %}", ""
    yield "centre", "{{ 'x'|center(10**9) }}", ""
    yield "format width", "{{ '%1000000000d' % 1 }}", ""
    yield "format precision", "{{ '%.1000000000f' % 1.5 }}", BEYOND
    yield "format by method", "{{ '{:>1000000000}'.format(1) }}", ""
    yield "indent of much", "{{ ('a\n' * 99999)|indent(99999) }}", ""
    yield "wide JSON", "{{ [[[1]]]|tojson(indent=10**9) }}", ""
    yield "batches", "{{ [1]|batch(10**9, 'x')|list }}", ""
    yield "slices", "{{ [1]|slice(10**9)|list }}", BEYOND
    yield "expanded tabs", "{{ ('\t' * 9999).expandtabs(10**9) }}", BEYOND
    yield "padded", "{{ 'x'.ljust(10**9) }}", ""
    yield "deep parentheses", "{{ " + nested(100000, "(", "1", ")") + " }}", ""
    yield "deep lists", "{{ " + nested(100000, "[", "", "]") + " }}", ""
    yield "deep calls", "{{ " + nested(100000, "range(", "1", ")") + " }}", ""
    yield "deep conditions", nested(20000, "{% if 1 %}", "a", "{% endif %}"), ""
    yield "deep not", "{{ " + "not " * 200000 + "1 }}", ""
    yield "deep minus", "{{ " + "-" * 200000 + "1 }}", ""
    yield "long sum of products", "{{ 'x' * 9999" + " * 99999" * 9 + " }}", ""
    yield "open text", "{{ '" + "a" * 500000, ""
    yield "open comment", "{#" * 200000, ""
    yield "open expressions", "{{" * 200000, ""
    yield "larger than read", "a" * ((1 << 20) + 1), ""


def results(folder):
    template, conversation = Path(folder, "t.jinja"), Path(folder, "c.json")
    conversation.write_text(json.dumps(CONVERSATION))
    for name, text, says in cases():
        template.write_text(text)
        yield (name, run(["tandem-runtime", "render", template, "--conversation", conversation]), 4 if says == BEYOND else 3,
               says or BOUND)


with tempfile.TemporaryDirectory() as folder:
    sys.exit(judge(results(folder)))
