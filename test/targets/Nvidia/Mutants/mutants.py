"""Mutants of PTX: kernels with one instruction changed, as a mistake in a generator of kernels would change it."""
import dataclasses
import hashlib
import re

ENTRY = re.compile(r"^\.visible \.entry (\S+?)\(.*?^\}\n", re.M | re.S)
INSTRUCTION = re.compile(r"^(?P<indent>\s+)(?:@(?P<not>!?)(?P<guard>%p\d+)\s+)?(?P<opcode>[a-z][\w.:]*)(?P<rest>\s[^;]*)?;\s*$")
# What orders threads or asynchronous work.
ORDER = re.compile(r"bar(rier)?\.|cp\.async\.(bulk\.)?(commit|wait)|wgmma\.(fence|commit|wait)|mbarrier\.|fence|membar|griddepcontrol")
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
    around: str  # the instruction between its neighbours: 'a ; b ; c'
    is_again: bool = False  # it survived in another kernel

    def place(self):
        return f"{self.kernel} line {self.line}, {self.kind}: '{self.before}' -> '{self.after}'"


def split(text):
    """What stands before all kernels of a module, and the kernels by name."""
    kernels = {match[1]: match[0] for match in ENTRY.finditer(text)}
    header = re.sub(r"^\s*//.*\n", "", ENTRY.sub("", text), flags=re.M)
    return header, kernels


def skeleton(text):
    """A kernel without its sizes: equal for kernels that differ in numbers and names only."""
    name = ENTRY.match(text)[1]
    return re.sub(r"0f[0-9A-F]{8}|\d+", "0", text.replace(name, "k"))


def operands(rest):
    """Cuts at commas outside braces and brackets."""
    return [part.strip() for part in re.split(r",(?![^{\[]*[}\]])", rest or "") if part.strip()]


def bits_of(opcode):
    found = re.findall(r"\.(?:[busf]|bf)(16|32|64)(x2)?", opcode)
    return int(found[-1][0]) * (2 if found[-1][1] else 1) if found else 0


def shifted(part, opcode):
    """An operand with its constant shifted by one, or None: by an element where it is an address."""
    if match := re.fullmatch(r"-?\d+", part):
        return str(int(match[0]) + 1)
    if match := re.fullmatch(r"\[([^\]+]+)\+(-?\d+)\]", part):
        return f"[{match[1]}+{int(match[2]) + max(bits_of(opcode) // 8, 1)}]"
    return None


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
    if ORDER.match(opcode):
        if ".init" not in opcode and "try_wait" not in opcode and "test_wait" not in opcode:
            yield "order dropped", ""
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
    elif base not in ("bra", "ret", "cvta", "mma", "wgmma", "ldmatrix"):
        for number in range(base not in ("st", "red"), len(parts)):
            if (new := shifted(parts[number], opcode)) is not None:
                yield "constant", whole(opcode, parts[:number] + [new] + parts[number + 1:])


def of_kernel(name, text):
    """All mutants of a kernel, in the order of its lines."""
    text = re.sub(r",?\s*\n\t\t(?=\{)", lambda gap: gap[0].replace("\n\t\t", " "), text)  # an instruction a line
    lines, count = text.splitlines(keepends=True), 0
    plain = [" ".join(line.strip(" \t\n;").split()) for line in lines]
    for number, line in enumerate(lines):
        match = INSTRUCTION.match(line)
        if not match:
            continue
        for kind, after in changes(match["opcode"], match["guard"], match["not"], match["rest"]):
            changed = f"\t{after};\n" if after else "\n"
            yield Mutant(name, number + 1, kind, plain[number], after,
                         "".join(lines[:number] + [changed] + lines[number + 1:]), count,
                         " ; ".join(plain[number - 1:number + 2]))
            count += 1


def sample(mutants, most):
    """At most `most` of each kind, always the same: those whose text has the smallest digests."""
    chosen, count = [], {}
    for mutant in sorted(mutants, key=lambda m: hashlib.sha256(f"{m.line} {m.kind} {m.before} {m.after}".encode()).digest()):
        count[mutant.kind] = count.get(mutant.kind, 0) + 1
        if count[mutant.kind] <= most:
            chosen.append(mutant)
    return sorted(chosen, key=lambda mutant: mutant.line)
