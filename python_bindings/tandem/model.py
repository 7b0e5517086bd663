"""A model that takes text or tokens: a bundle with one sequence."""
from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from collections.abc import Sequence as Ordered
from typing import TYPE_CHECKING, Any

from tandem.bundle import Bundle, Info, LogitsOf
from tandem.errors import TandemError
from tandem.generation import make_detokenizer, to_text
from tandem.text import Tokenizer

if TYPE_CHECKING:
    import numpy
    from typing_extensions import Unpack

    from tandem.generation import Sampling


def load(path: str | os.PathLike, threads: int = 0, cpu: str = "") -> Model:
    """Loads the bundle at `path`. `threads` 0 is as many as the process may use; `cpu` forces a variant of the code."""
    return Model(Bundle(path, cpu=cpu, threads=threads))


class Model:
    """A loaded bundle and the sequence of tokens that it has run.

    `step` and `generate_tokens` append to the sequence; `generate` and `chat`
    take a whole text and make the sequence hold it. The token that was chosen
    last has not been run: begin what follows with it.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._sequence = bundle.sequence()
        self._ids: list[int] = []
        self.tokenizer = Tokenizer(bundle)

    def __enter__(self) -> Model:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the bundle; memory is freed when views of logits are gone too."""
        self._sequence.close()
        self.bundle.close()

    @property
    def info(self) -> Info:
        """The bundle's facts."""
        return self.bundle.info

    @property
    def length(self) -> int:
        """Tokens in the sequence."""
        return len(self._sequence)

    @property
    def ids(self) -> list[int]:
        """The ids in the sequence."""
        return self._ids[:self.length]

    def truncate(self, length: int) -> None:
        """Forgets the tokens from `length` on."""
        self._sequence.truncate(length)

    def reset(self) -> None:
        """Forgets all tokens."""
        self.truncate(0)

    def step(self, ids: Ordered[int], logits: LogitsOf = "last") -> None:
        """Appends `ids` and runs them; then `logits` has a row for the last or, with "all", for every one of them. All
        are appended, or none: where they do not fit, or for "all" not into one step of `info.max_tokens`."""
        self._ids = [*self.ids, *ids]
        self._sequence.step(ids, logits)

    @property
    def logits(self) -> numpy.ndarray:
        """Logits of the last step, fp32 [rows, vocabulary], without a copy: valid until the next step, `.copy()` keeps
        them. Read-only; needs NumPy."""
        return self.bundle.logits

    def generate_tokens(self, ids: Ordered[int], max_new_tokens: int | None = None, ignore_stops: bool = False,
                        **sampling: Unpack[Sampling]) -> Iterator[int]:
        """Appends `ids`, then yields token after token: at most `max_new_tokens` (None: as many as fit), up to and with
        a stop token. While a token is looked at, `logits` is the row that chose it."""
        return self._remembered(ids, self._sequence.generate(ids, max_new_tokens, ignore_stops, **sampling))

    def _remembered(self, ids: Ordered[int], tokens: Iterator[int]) -> Iterator[int]:
        self._ids = [*self.ids, *ids]
        for token in tokens:
            self._ids.append(token)
            yield token

    def generate(self, text: str, max_new_tokens: int | None = None, stop: Ordered[str] = (), ignore_stops: bool = False,
                 **sampling: Unpack[Sampling]) -> Iterator[str]:
        """Yields what follows `text`, in whole characters, up to a stop token or the first of the texts `stop`."""
        return self._extend(0, self.tokenizer.encode(text), max_new_tokens, stop, ignore_stops, sampling)

    def chat(self, messages: Ordered[Mapping[str, Any]], max_new_tokens: int | None = None, stop: Ordered[str] = (),
             variables: Mapping[str, Any] = {}, **sampling: Unpack[Sampling]) -> Iterator[str]:
        """Yields the answer to `messages`, each {"role": ..., "content": ...}, by the bundle's chat template, which may
        read `variables` too. What the sequence holds already of the conversation is not run again."""
        rendered = self.tokenizer.render_chat(messages, **variables)
        ids = self.tokenizer.encode(rendered, add_specials=False)
        return self._extend(_common(self.ids, ids[:-1]), ids, max_new_tokens, stop, False, sampling)

    def _extend(self, kept: int, ids: Ordered[int], max_new_tokens: int | None, stop: Ordered[str], ignore_stops: bool,
                sampling: Sampling) -> Iterator[str]:
        if isinstance(stop, str):
            raise TandemError(2, f"stop is {stop!r}, expected a list of texts that are not empty")
        detokenizer = make_detokenizer(self.tokenizer, stop)
        self.truncate(kept)
        ends = () if ignore_stops else self.info.stop_tokens
        tokens = self.generate_tokens(ids[kept:], max_new_tokens, ignore_stops, **sampling)
        return to_text(detokenizer, (token for token in tokens if token not in ends))


def _common(some: Ordered[int], others: Ordered[int]) -> int:
    """Length of the longest common prefix."""
    length = 0
    for one, other in zip(some, others):
        if one != other:
            break
        length += 1
    return length
