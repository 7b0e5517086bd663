"""Compares chats with renderings of their own by `run`: chat.py BUNDLE PART.so|full."""
import json
import re
import subprocess
import sys

from pathlib import Path

bundle = sys.argv[1]


def chat(lines, *options, bundle=bundle):
    """Answers, and (prefilled, rendered) tokens, of each turn."""
    done = subprocess.run(["tandem-runtime", "chat", bundle, "-n", "6", *options], input="\n".join(lines) + "\n",
                          check=True, capture_output=True, text=True)
    counts = [tuple(map(int, found)) for found in re.findall(r"\[(\d+) of (\d+) tokens prefilled", done.stderr)]
    return done.stdout.splitlines(), counts, done.stderr


def answer(rendered):
    """What `run` generates after a rendering."""
    return subprocess.run(["tandem-runtime", "run", bundle, "--prompt", rendered, "-n", "6"], check=True,
                          capture_output=True, text=True).stdout[:-1]


def message(role, text):
    return f"<|begin|>{role}:{text}<|end|>"


if sys.argv[2] == "full":
    for question in "abcdefghij":  # an answer that ends by itself is none
        error = chat([question])[2]
        if "the cache is full" in error:
            print(error)
            break
    sys.exit()

questions = ["Who?", "What is it?", "no"]
answers, counts, _ = chat(questions)
rendered = ""
for i, question in enumerate(questions):
    rendered += message("u", question)
    expected = answer(rendered + "<|begin|>a:")
    assert answers[i] == expected, (i, answers[i], expected)
    rendered += message("a", expected)
# A turn adds the end of the answer, the question and the beginning of the next.
assert counts[0][0] == counts[0][1], counts
for i in (1, 2):
    assert counts[i][0] < counts[i][1] - counts[i - 1][1] + 3, counts
print(f"answers of {len(answers)} turns are those of whole renderings")

again, recount, _ = chat([questions[0], "/reset", questions[0]])
assert again == [answers[0]] * 2 and recount[1][0] == 1, (again, recount)
print("after /reset the first answer comes again")

told, _, _ = chat([questions[0]], "--system", "Be brief.")
assert told == [answer(message("s", "Be brief.") + message("u", questions[0]) + "<|begin|>a:")]
print("the system text is rendered first")

# Answers disappear from the history: what stands before the first one is kept.
folder = Path(bundle).parent
template = ("{% for message in messages %}{% if message['role'] != 'assistant' %}<|begin|>u:{{ message['content'] }}"
            "<|end|>{% endif %}{% endfor %}<|begin|>a:")
subprocess.run([sys.executable, Path(__file__).parent / "make_text_assets.py", folder / "short", f"template={template}"],
               check=True)
subprocess.run(["write-test-bundle", folder / "short.tandem", sys.argv[2], "capacity=200", f"assets={folder / 'short'}"],
               check=True)
short, counts, _ = chat(questions[:2], bundle=str(folder / "short.tandem"))
assert short[1] == answer(message("u", questions[0]) + message("u", questions[1]) + "<|begin|>a:")
kept = counts[1][1] - counts[1][0]
assert counts[0][1] - 3 <= kept < counts[0][1], counts
print("a template that changes what came before keeps the common part")
