"""Renders chat templates with a program and with jinja2, and compares.

    compare_templates.py FOLDER... [--least N] -- PROGRAM ARGUMENTS...

The program gets a template, a conversation and `--date`, writes the prompt, and
ends with 3 where the template refuses the conversation and with 4 where Tandem
lacks something. Every *.jinja of the folders renders 16 conversations. Ends
with 1 if a rendering differs or fewer than N templates (all, if not given)
render as jinja2 does; the rest must be refused, each by name.
"""
import argparse
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

import jinja2
import jinja2.ext
import jinja2.sandbox

DATE = "2024-07-26"


class Generation(jinja2.ext.Extension):
    """The tag that marks what the assistant says, for training."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        call = self.call_method("_run")
        return jinja2.nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _run(self, caller):
        return caller()


def make_environment():
    def to_json(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    environment.filters["tojson"] = to_json
    environment.globals["raise_exception"] = raise_exception
    today = datetime.datetime.fromisoformat(DATE)
    environment.globals["strftime_now"] = today.strftime
    return environment


def make_tool(name, description, properties, required):
    parameters = {"type": "object", "properties": properties, "required": required}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


TOOLS = [
    make_tool("get_weather", "The weather of a place — now.", {
        "city": {"type": "string", "description": "Name, e.g. \"Köln\""},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"},
        "days": {"type": "integer", "minimum": 1}}, ["city"]),
    make_tool("search", "Searches <the web> & more.", {
        "queries": {"type": "array", "items": {"type": "string"}},
        "options": {"type": "object", "properties": {"safe": {"type": "boolean"}, "score": {"type": "number"}},
                    "required": ["safe"]}}, []),
]


def say(role, content, **more):
    return {"role": role, "content": content, **more}


def call(identity, name, arguments):
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}


def make_conversations():
    asked = [say("user", "What is the weather in Köln and Paris?")]
    answered = [say("tool", "{\"degrees\": 17.5}", tool_call_id="abcdefgh1", name="get_weather"),
                say("tool", "Rain, 12°", tool_call_id="abcdefgh2", name="get_weather")]

    def with_calls(kind):
        given = ({"city": "Köln", "days": 2}, {"city": "Paris", "unit": "celsius"})
        texts = [json.dumps(g, ensure_ascii=False) if kind is str else g for g in given]
        calls = [call("abcdefgh1", "get_weather", texts[0]), call("abcdefgh2", "get_weather", texts[1])]
        return asked + [say("assistant", "", tool_calls=calls)] + answered + [
            say("assistant", "Köln has 17.5°, Paris has rain."), say("user", "Thanks!")]

    one_call = asked + [say("assistant", None, tool_calls=[call("abcdefgh1", "search", {"queries": ["a", "b"], "n": None})]),
                        say("tool", [{"type": "text", "text": "nothing"}], tool_call_id="abcdefgh1")]
    multi = [say("user", "Hi"), say("assistant", "Hello, how can I help?"), say("user", " Tell me\na joke. "),
             say("assistant", "No.\n"), say("user", "Why?")]
    system = [say("system", "You are a helpful assistant.")]
    thinking = [say("user", "1+1?"), say("assistant", "<think>\nOne and one.\n</think>\n\nIt is 2."), say("user", "And 2+2?"),
                say("assistant", "4", reasoning_content="Twice two.\nFour."), say("user", "Sure?")]
    unicode = system + [say("user", "Grüße, 世界! 👩‍👩‍👧 e\u0301 \u2028 <|im_start|> [INST] </s> {{ x }} {% if %} \"quoted\" 'single' \\n \t&<>"),
                        say("assistant", "  \u00a0ok\u3000 "), say("user", "Ω\r\nß\n\n")]
    base = [
        ("system and user", system + [say("user", "Hello!")], {}),
        ("multi-turn", multi, {}),
        ("tools", system + asked, {"tools": TOOLS}),
        ("calls as objects", system + with_calls(dict), {"tools": TOOLS}),
        ("calls as texts", system + with_calls(str), {"tools": TOOLS}),
        ("one call without system", one_call, {"tools": TOOLS}),
        ("thinking", system + thinking, {"enable_thinking": True}),
        ("unicode", unicode, {}),
    ]
    for name, messages, more in base:
        for prompt in (False, True):
            yield f"{name}, {'with' if prompt else 'without'} a prompt", {
                "messages": messages, "add_generation_prompt": prompt, "bos_token": "<s>", "eos_token": "</s>",
                "functions": "[]", "datetime": DATE, **more}


def render(compiled, variables):
    """The text, or the error that jinja2 raises."""
    try:
        return compiled.render(**json.loads(json.dumps(variables))), None
    except Exception as error:  # whatever a template does wrong
        return None, f"{type(error).__name__}: {error}"


def run(program, template, variables):
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(variables, file, ensure_ascii=False)
        file.flush()
        result = subprocess.run(program + [template, "--conversation", file.name, "--date", DATE], capture_output=True)
    return result.returncode, result.stdout, result.stderr.decode().strip()


def compare(environment, program, template):
    """What is wrong with a template, what is refused, and how many rendered."""
    compiled = environment.from_string(template.read_text(encoding="utf-8"))
    wrong, refused, rendered = [], [], 0
    for name, variables in make_conversations():
        text, error = render(compiled, variables)
        code, output, message = run(program, str(template), variables)
        if code == 4 and text is None and "No filter named" in error:
            continue  # both lack what some library adds
        if code == 4:
            refused.append(message)
        elif code not in (0, 3) or (code == 0) != (text is not None):
            wrong.append(f"{name}: ends with {code}, {message}; jinja2: {error or 'renders'}")
        elif code == 0 and output != text.encode():
            expected = text.encode()
            at = next((i for i, (a, b) in enumerate(zip(output, expected)) if a != b), min(len(output), len(expected)))
            wrong.append(f"{name}: differs at byte {at}: {output[at - 40:at + 40]!r}, expected {expected[at - 40:at + 40]!r}")
        else:
            rendered += code == 0
    return wrong, refused, rendered


def main():
    split = sys.argv.index("--")
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--least", type=int)
    options = parser.parse_args(sys.argv[1:split])
    program = sys.argv[split + 1:]
    environment = make_environment()
    templates = sorted(t for folder in options.folders for t in folder.glob("*.jinja"))
    good = failed = texts = 0
    for template in templates:
        wrong, refused, rendered = compare(environment, program, template)
        texts += rendered
        if wrong or rendered == 0 and not refused:
            failed += 1
            print(f"{template.name}: " + "\n  ".join(wrong or ["no conversation renders"]))
        elif refused:
            print(f"{template.name} is refused: {refused[0]}")
        else:
            good += 1
    least = options.least if options.least is not None else len(templates)
    print(f"{good} of {len(templates)} templates render as jinja2 does, {texts} texts; {failed} differ")
    sys.exit(failed > 0 or good < least or not templates)


if __name__ == "__main__":
    main()
