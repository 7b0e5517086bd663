"""Mutants of PTX: kernels with one instruction changed, as a mistake in a generator of kernels would change it."""
import dataclasses
import hashlib
import re

ENTRY = re.compile(r"^\.visible \.entry (\S+?)\(", re.M)
INSTRUCTION = re.compile(r"^\s*(?:@(?P<not>!?)(?P<guard>%?\w+)\s+)?(?P<opcode>[a-z][\w.:]*)(?P<rest>\s[^;]*)?;\s*$")
# What orders threads or asynchronous work.
ORDER = re.compile(r"bar(rier)?\.|cp\.async\.(bulk\.)?(commit|wait)|wgmma\.(fence|commit|wait)|mbarrier\.")
# What the emulator knows nothing of (its README says so): the memory model, dependent launches, numbers of registers.
UNSEEN = re.compile(r"fence|membar|griddepcontrol|setmaxnreg")
# What a kernel's rows are compared with: the number of tokens, or of those whose logits are made.
COUNT = re.compile(r"ld\.param\.b64 \t(?P<address>%rd\d+), \[\S+_param_0\];\n.*?ld\.global\.b32 \t(?P<count>%r\d+), \[(?P=address)\];", re.S)
OTHER_BOUND = {"lt": "le", "le": "lt", "gt": "ge", "ge": "gt", "eq": "ne", "ne": "eq", "lo": "ls", "ls": "lo", "hi": "hs",
               "hs": "hi"}
# Opcodes of which a source alone is left: `fma` keeps what is added to.
KEPT = {"add": 1, "sub": 1, "mul": 1, "fma": 3, "mad": 3, "max": 1, "min": 1, "div": 1, "ex2": 1, "lg2": 1, "rcp": 1, "sqrt": 1,
        "rsqrt": 1, "neg": 1, "abs": 1, "or": 1, "and": 1, "shl": 1, "shr": 1}


@dataclasses.dataclass
class Mutant:
    kernel: str
    line: int  # of the kernel's text, from 1
    kind: str
    before: str
    after: str
    text: str  # the changed kernel
    number: int  # among those of the kernel
    around: str  # between its neighbours: 'a ; b ; c -> after', the register with the number of rows as COUNT
    is_again: bool = False  # it survived in another kernel
    is_reached: bool = True  # a thread comes to the instruction

    def digest(self):
        """A number that depends on the mutation alone."""
        return int.from_bytes(hashlib.sha256(f"{self.line} {self.kind} {self.before} {self.after}".encode()).digest())

    def probe(self):
        """The kernel as it was, which reads no memory of the launch where a thread comes to the instruction."""
        lines = self.text.splitlines(keepends=True)
        lines[self.line - 1] = (f"\t{{ .reg .b64 mutant; .reg .b32 other; mov.b64 mutant, 0; ld.global.b32 other, [mutant]; }}\n"
                                f"\t{self.before};\n")
        return "".join(lines)

    def place(self):
        return f"{self.kernel} line {self.line}, {self.kind}: '{self.before}' -> '{self.after}'"


def split(text):
    """What stands before all kernels of a module, and the kernels by name."""
    kernels, header, end = {}, "", 0
    for match in ENTRY.finditer(text):
        header += text[end:match.start()]
        end, depth = text.index("{", match.end()), 0
        for brace in re.compile(r"[{}]").finditer(text, end):  # inline assembly has braces at a line's begin, too
            depth += 1 if brace[0] == "{" else -1
            if not depth:
                end = brace.end() + 1
                break
        kernels[match[1]] = text[match.start():end]
    return re.sub(r"^\s*//.*\n", "", header + text[end:], flags=re.M), kernels


def skeleton(text):
    """A kernel without its sizes: equal for kernels that differ in numbers and names only."""
    name = ENTRY.match(text)[1]
    return re.sub(r"0f[0-9A-F]{8}|\d+", "0", text.replace(name, "k"))


def operands(rest):
    """Cuts at commas outside braces and brackets."""
    parts, depth = [""], 0
    for letter in rest or "":
        depth += (letter in "{[") - (letter in "}]")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def bits_of(opcode):
    found = re.findall(r"\.(?:[busf]|bf)(16|32|64)(x2)?", opcode)
    return int(found[-1][0]) * (2 if found[-1][1] else 1) if found else 0


def shifted(part, opcode):
    """An operand with its constant shifted by one, or None: by an element where it is an address."""
    base = opcode.split(".")[0]
    if re.fullmatch(r"-?\d+", part):
        value = int(part)
        # The bits below a mask are those of a shifted number: zero.
        return str(value + (value & -value if base == "and" and value > 0 else 1))
    if match := re.fullmatch(r"\[([^\]+]+)\+(-?\d+)\]", part):
        bytes_ = 16 if base in ("cp", "ldmatrix") else 8 if base == "mbarrier" else max(bits_of(opcode) // 8, 1)
        return f"[{match[1]}+{int(match[2]) + bytes_}]"
    return None


def of_order(opcode, parts):
    """Mutants of what orders threads or asynchronous work."""
    if ".init" not in opcode and "try_wait" not in opcode and "test_wait" not in opcode:
        yield "order dropped", ""
    if "wait_group" in opcode:
        yield "constant", f"{opcode} {int(parts[0]) + 1}"
    elif opcode.startswith("mbarrier."):
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            if "_wait" in opcode and number == 2:  # the phase's parity
                flip = f"xor.b32 mutant, {part}, 1" if part.startswith("%") else f"mov.b32 mutant, {int(part) ^ 1}"
                yield "parity", f"{{ .reg .b32 mutant; {flip}; {opcode} {', '.join([*parts[:2], 'mutant', *parts[3:]])}; }}"
            elif (".init" in opcode or "expect_tx" in opcode) and last:  # how many arrive, how many bytes
                more = f"add.s32 mutant, {part}, 1" if part.startswith("%") else f"mov.b32 mutant, {int(part) + 1}"
                yield "constant", f"{{ .reg .b32 mutant; {more}; {opcode} {', '.join([*parts[:-1], 'mutant'])}; }}"
            elif "_wait" not in opcode and (new := shifted(part, opcode)) is not None:
                yield "constant", f"{opcode} {', '.join(parts[:number] + [new] + parts[number + 1:])}"


def of_copy(opcode, parts):
    """Mutants of a copy into shared memory: dropped, to or from elsewhere."""
    yield "copy dropped", ""
    for number, part in enumerate(parts[:2]):
        if match := re.fullmatch(r"\[([^,]+),\s*\{(.*)\}\]", part):  # a box of a tensor map
            first, *rest = operands(match[2])
            if rest:
                swapped = f"[{match[1]}, {{{', '.join([rest[0], first, *rest[1:]])}}}]"
                yield "coordinates swapped", f"{opcode} {', '.join(parts[:number] + [swapped] + parts[number + 1:])}"
        elif (new := shifted(part, opcode)) is not None:
            yield "constant", f"{opcode} {', '.join(parts[:number] + [new] + parts[number + 1:])}"


def of_group_product(opcode, parts):
    """Mutants of wgmma: dropped, and each descriptor 16 bytes further."""
    yield "product dropped", ""
    for number in (1, 2):
        if parts[number].startswith("%rd"):
            other = f"add.s64 mutant, {parts[number]}, 1"
            yield "descriptor", (f"{{ .reg .b64 mutant; {other}; "
                                 f"{opcode} {', '.join(parts[:number] + ['mutant'] + parts[number + 1:])}; }}")


def changes(opcode, guard, negated, rest):
    """(kind, new instruction) for each mutant of an instruction; an empty one drops it."""
    parts = operands(rest)
    whole = lambda code, list_: f"{code} {', '.join(list_)}" if list_ else code
    plain = whole(opcode, parts)
    if guard:
        yield "guard negated", f"@{'' if negated else '!'}{guard} {plain}"
        yield "guard dropped", plain
        yield "never", ""
        return
    base, *modifiers = opcode.split(".")
    if UNSEEN.match(opcode):
        return
    if ORDER.match(opcode):
        yield from of_order(opcode, parts)
        return
    if base == "cp":
        yield from of_copy(opcode, parts)
        return
    if opcode.startswith("wgmma.mma"):
        yield from of_group_product(opcode, parts)
        return
    if base == "st":
        yield "store dropped", ""
    is_float = any(re.fullmatch(r"b?f\d+(x2)?", modifier) for modifier in modifiers)
    if base == "setp" and not is_float and modifiers[0] in OTHER_BOUND:
        yield "bound", whole(".".join([base, OTHER_BOUND[modifiers[0]], *modifiers[1:]]), parts)
    if base == "selp":
        for source in (1, 2):
            yield "choice dropped", f"mov.b{bits_of(opcode)} {parts[0]}, {parts[source]}"
    if base in KEPT and bits_of(opcode) and "wide" not in modifiers and "hi" not in modifiers:
        kept = parts[KEPT[base]]
        if kept.startswith("%") and parts[0].startswith("%"):
            yield "operand dropped", f"mov.b{bits_of(opcode)} {parts[0]}, {kept}"
    if base in ("mma", "ldmatrix"):
        fragment = 1 if base == "mma" else 0
        registers = re.findall(r"%r\d+", parts[fragment])
        if len(registers) > 1:
            swapped = f"{{{', '.join([registers[1], registers[0], *registers[2:]])}}}"
            yield "fragment swapped", whole(opcode, [*parts[:fragment], swapped, *parts[fragment + 1:]])
    if base == "mma":
        pairs = zip(re.findall(r"%r\d+", parts[0]), re.findall(r"%r\d+", parts[3]))
        yield "operand dropped", "; ".join(f"mov.b32 {to}, {kept}" for to, kept in pairs)
    if base == "shfl":
        # One more would still reach every lane: 5 is 4 and 1.
        yield "constant", whole(opcode, [*parts[:2], str(int(parts[2]) - 1), *parts[3:]])
    elif base not in ("bra", "ret", "cvta", "mma") and any(part.startswith(("%", "[", "{")) for part in parts[1:]):
        for number in range(base not in ("st", "red"), len(parts)):
            if (new := shifted(parts[number], opcode)) is not None:
                yield "constant", whole(opcode, parts[:number] + [new] + parts[number + 1:])


def of_kernel(name, text):
    """All mutants of a kernel, in the order of its lines."""
    text = re.sub(r",?\s*\n\t\t(?=\{)", lambda gap: gap[0].replace("\n\t\t", " "), text)  # an instruction a line
    lines, count = text.splitlines(keepends=True), 0
    plain = [" ".join(line.strip(" \t\n;").split()) for line in lines]
    if found := COUNT.search(text):
        named = [re.sub(rf"{found['count']}(?!\d)", "COUNT", line) for line in plain]
    else:
        named = plain
    for number, line in enumerate(lines):
        match = INSTRUCTION.match(line)
        if not match:
            continue
        for kind, after in changes(match["opcode"], match["guard"], match["not"], match["rest"]):
            changed = "\n" if not after else f"\t{after}\n" if after.startswith("{") else f"\t{after};\n"
            yield Mutant(name, number + 1, kind, plain[number], after,
                         "".join(lines[:number] + [changed] + lines[number + 1:]), count,
                         f"{' ; '.join(named[number - 1:number + 2])} -> {after}")
            count += 1


def sample(mutants, most):
    """At most `most` of each kind, always the same: those whose text has the smallest digests."""
    chosen, count = [], {}
    for mutant in sorted(mutants, key=Mutant.digest):
        count[mutant.kind] = count.get(mutant.kind, 0) + 1
        if count[mutant.kind] <= most:
            chosen.append(mutant)
    return sorted(chosen, key=lambda mutant: mutant.line)
