"""SigmaHQ process_creation rules: read, matched against events, and turned into examples of what they describe."""

import fnmatch
import random
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

IGNORED = {"Hashes", "LogonId", "GrandParentImage", "Provider_Name"}


@dataclass
class Rule:
    id: str
    title: str
    level: str
    technique: str
    selections: dict
    condition: object  # ("and"|"or", [...]) | ("not", x) | ("name", selection)


def read_rules(folder: str) -> list:
    rules = []
    for path in sorted(Path(folder).rglob("*.yml")):
        document = yaml.safe_load(path.read_text())
        detection = dict(document["detection"])
        condition = detection.pop("condition")
        if isinstance(condition, list):
            condition = " or ".join(f"({part})" for part in condition)
        tags = [tag for tag in document.get("tags", []) if re.fullmatch(r"attack\.t\d{4}(\.\d{3})?", tag)]
        rules.append(
            Rule(
                document["id"], document["title"], document["level"],
                tags[0][7:].upper() if tags else "", detection, parse_condition(condition, list(detection)),
            )
        )
    return rules


def parse_condition(text: str, names: list):
    tokens = re.findall(r"\(|\)|[\w*]+", text)
    at = 0

    def peek():
        return tokens[at] if at < len(tokens) else None

    def take():
        nonlocal at
        at += 1
        return tokens[at - 1]

    def any_of():
        parts = [all_of()]
        while peek() == "or":
            take()
            parts.append(all_of())
        return parts[0] if len(parts) == 1 else ("or", parts)

    def all_of():
        parts = [one()]
        while peek() == "and":
            take()
            parts.append(one())
        return parts[0] if len(parts) == 1 else ("and", parts)

    def one():
        token = take()
        if token == "not":
            return ("not", one())
        if token == "(":
            inner = any_of()
            take()
            return inner
        if token in ("1", "any", "all") and peek() == "of":
            take()
            pattern = take()
            chosen = names if pattern == "them" else [name for name in names if fnmatch.fnmatch(name, pattern)]
            return ("and" if token == "all" else "or", [("name", name) for name in chosen])
        return ("name", token)

    return any_of()


# Matching ------------------------------------------------------------------------------------------------------


def compile_rule(rule: Rule):
    """A predicate over a dict of Sysmon field names to strings."""
    compiled = {name: compile_selection(selection) for name, selection in rule.selections.items()}

    def walk(part):
        kind, value = part
        if kind == "name":
            return compiled[value]
        if kind == "not":
            inner = walk(value)
            return lambda event: not inner(event)
        inner = [walk(item) for item in value]
        if kind == "and":
            return lambda event: all(test(event) for test in inner)
        return lambda event: any(test(event) for test in inner)

    return walk(rule.condition)


def compile_selection(selection):
    if isinstance(selection, list):
        tests = [compile_selection(item) for item in selection]
        return lambda event: any(test(event) for test in tests)
    if isinstance(selection, str):
        needle = selection.lower()
        return lambda event: any(needle in value.lower() for value in event.values())
    tests = [compile_field(key, value) for key, value in selection.items()]
    return lambda event: all(test(event) for test in tests)


def compile_field(key: str, value):
    field, *modifiers = key.split("|")
    if "fieldref" in modifiers or "expand" in modifiers or "cidr" in modifiers:
        return lambda event: False
    values = value if isinstance(value, list) else [value]
    patterns = [re.compile(p, re.S | (0 if "re" in modifiers and "i" not in modifiers else re.I))
                for v in values for p in [pattern_of(v, modifiers)]]
    need_all = "all" in modifiers

    if values == [None]:
        return lambda event: not event.get(field)

    def test(event):
        text = event.get(field) or ""
        found = (pattern.search(text) for pattern in patterns)
        return all(found) if need_all else any(found)

    return test


def pattern_of(value, modifiers) -> str:
    if value is None:
        return r"\A\Z"
    if "re" in modifiers:
        return str(value)
    text = str(value)
    if "base64offset" in modifiers or "base64" in modifiers:
        return "|".join(re.escape(part) for part in encode_offsets(text, "wide" in modifiers))
    body = "".join(
        ".*" if c == "*" else "." if c == "?" else re.escape(c) for c in re.sub(r"\\([*?\\])", lambda m: m.group(1) if m.group(1) == "\\" else m.group(0), text)
    )
    if "windash" in modifiers:
        body = re.sub(r"(?<![\w.])(\\-|/)", "[-/\u2013\u2014\u2015]", body)
    if "contains" in modifiers:
        return body
    if "startswith" in modifiers:
        return r"\A" + body
    if "endswith" in modifiers:
        return body + r"\Z"
    return r"\A" + body + r"\Z"


def encode_offsets(text: str, wide: bool) -> list:
    import base64

    raw = text.encode("utf-16-le" if wide else "utf-8")
    out = []
    for offset, (start, cut) in enumerate([(0, (0, -3, -2)), (2, (0, -3, -2)), (3, (0, -3, -2))]):
        encoded = base64.b64encode(b" " * offset + raw).decode()
        end = cut[(len(raw) + offset) % 3]
        out.append(encoded[start : end if end else None])
    return out


# Examples ------------------------------------------------------------------------------------------------------


def examples(rule: Rule, count: int, seed: int) -> list:
    """Events a rule describes, as dicts of Sysmon fields, each with whether a filter of the rule excuses it."""
    out = []
    for number in range(count):
        chooser = random.Random(f"{seed}:{rule.id}:{number}")
        excused = number % 4 == 3
        event = satisfy(rule, chooser, excused)
        if event is not None and (event.get("Image") or event.get("CommandLine")):
            out.append((event, excused))
    return out


def satisfy(rule: Rule, chooser, excused: bool):
    fields = {}

    def walk(part, positive=True):
        kind, value = part
        if kind == "name":
            return choose(rule.selections[value], fields, chooser)
        if kind == "not":
            return walk(value) if excused else True
        if kind == "and":
            return all([walk(item) for item in value])
        options = list(value)
        chooser.shuffle(options)
        return any(walk(item) for item in options[:3])

    if excused and "not" not in str(rule.condition):
        return None
    if not walk(rule.condition):
        return None
    return compose(fields, chooser)


def choose(selection, fields, chooser) -> bool:
    if isinstance(selection, list):
        if not selection or not isinstance(selection[0], dict):
            return False
        return choose(chooser.choice(selection), fields, chooser)
    if isinstance(selection, str):
        return False
    for key, value in selection.items():
        field, *modifiers = key.split("|")
        if field in IGNORED:
            continue
        if any(m in modifiers for m in ("re", "fieldref", "expand", "base64offset", "base64")):
            if len(selection) == 1:
                return False
            continue
        values = [v for v in (value if isinstance(value, list) else [value])]
        picked = values if "all" in modifiers else [chooser.choice(values)]
        for text in picked:
            if text is None:
                continue
            kind = next((m for m in modifiers if m in ("contains", "startswith", "endswith")), "equals")
            fields.setdefault(field, []).append((kind, re.sub(r"\\([*?\\])", r"\1", str(text)).replace("*", " ")))
    return True


FOLDERS = {
    "powershell.exe": "C:\\Windows\\System32\\WindowsPowerShell\\v1.0",
    "wmic.exe": "C:\\Windows\\System32\\wbem",
    "explorer.exe": "C:\\Windows",
    "hh.exe": "C:\\Windows",
}


def image_of(parts, chooser, is_known):
    if not parts:
        return None
    whole = next((text for kind, text in parts if kind == "equals"), None)
    if whole:
        return whole
    tail = next((text for kind, text in parts if kind == "endswith"), None)
    inner = [text for kind, text in parts if kind in ("contains", "startswith")]
    if tail is None:
        head = inner[0] if inner else ""
        if head.lower().endswith(".exe"):
            tail = "\\" + head.lstrip("\\")
            inner = []
        else:
            tail = "\\" + "".join(chooser.choice("abcdefghiklmnoprstuvw") for _ in range(7)) + ".exe"
    tail = re.sub(r"^\\+", r"\\", tail)
    if not tail.startswith("\\"):
        tail = "\\" + ("x" if tail.startswith(".") else "") + tail
    if inner:
        middle = inner[0]
        folder = middle if re.match(r"[A-Za-z]:", middle) else "C" + middle if middle.startswith(":") else "C:" + ("" if middle.startswith("\\") else "\\") + middle
        return folder.rstrip("\\") + tail
    name = tail.rsplit("\\", 1)[-1].lower()
    if tail.count("\\") > 1:
        return "C:\\Windows" + tail if "windows" not in tail.lower() else "C:" + tail
    # Where the rule does not say, neither does the example.
    folder = FOLDERS.get(name) or ("C:\\Windows\\System32" if is_known(name) else "")
    return folder + tail if folder else tail[1:]


SYSTEM_NAMES = set(
    "cmd.exe rundll32.exe regsvr32.exe certutil.exe bitsadmin.exe schtasks.exe sc.exe net.exe net1.exe reg.exe netsh.exe "
    "mshta.exe wscript.exe cscript.exe whoami.exe systeminfo.exe tasklist.exe nltest.exe wevtutil.exe vssadmin.exe "
    "bcdedit.exe msiexec.exe forfiles.exe svchost.exe services.exe lsass.exe winlogon.exe spoolsv.exe dllhost.exe "
    "conhost.exe cmstp.exe findstr.exe find.exe ipconfig.exe ping.exe nslookup.exe attrib.exe icacls.exe takeown.exe "
    "fsutil.exe wbadmin.exe esentutl.exe expand.exe extrac32.exe makecab.exe xcopy.exe robocopy.exe curl.exe tar.exe "
    "regedit.exe odbcconf.exe pcalua.exe mavinject.exe control.exe eventvwr.exe fodhelper.exe sdclt.exe computerdefaults.exe "
    "wusa.exe msdt.exe werfault.exe wermgr.exe wuauclt.exe auditpol.exe cipher.exe diskshadow.exe ntdsutil.exe cmdkey.exe "
    "quser.exe qwinsta.exe hostname.exe taskkill.exe netstat.exe arp.exe route.exe nbtstat.exe dsquery.exe klist.exe "
    "gpresult.exe driverquery.exe logman.exe mmc.exe notepad.exe calc.exe winrs.exe wsmprovhost.exe wmiprvse.exe mstsc.exe "
    "at.exe ftp.exe finger.exe print.exe replace.exe sdbinst.exe tscon.exe dism.exe verclsid.exe bash.exe wsl.exe ssh.exe".split()
)


def compose(fields, chooser):
    known = SYSTEM_NAMES.__contains__
    event = {}
    image = image_of(fields.get("Image", []), chooser, known)
    original = next((text for _, text in fields.get("OriginalFileName", [])), None)
    if image is None and original and original.lower().endswith(".exe"):
        image = image_of([("endswith", "\\" + original)], chooser, known)
    line = fields.get("CommandLine", [])
    whole = next((text for kind, text in line if kind == "equals"), None)
    if whole is not None:
        command = whole
    elif line:
        body, tail = [], ""
        for kind, text in line:
            if kind == "endswith":
                tail = text
            elif kind == "startswith":
                body.insert(0, text)
            elif not any(text.lower() in other.lower() for other in body):
                body.append(text)
        joined = ""
        for text in body:
            joined += text if joined == "" or joined.endswith(" ") or text.startswith((" ", ":", "=")) else " " + text
        if len(joined.strip()) + len(tail.strip()) < 4 and "ParentImage" not in fields:
            return None
        joined += tail if tail.startswith((" ", ".")) or joined == "" else " " + tail if tail else ""
        name = (image or "").rsplit("\\", 1)[-1]
        stem = name.rsplit(".", 1)[0].lower()
        starts = stem != "" and joined.strip().lower().lstrip('"').startswith(stem)
        spelled = chooser.choice([image, name, f'"{image}"', stem]) if image else ""
        command = joined.strip() if starts or not image else f"{spelled} {joined.strip()}"
    elif image:
        command = chooser.choice([f'"{image}"', image])
    else:
        command = None
    if image is None and command:
        word = re.match(r'"?([\w.-]+?)(\.exe)?"?(\s|$)', command.strip())
        guess = (word.group(1).lower() + ".exe") if word else ""
        image = image_of([("endswith", "\\" + guess)], chooser, known) if known(guess) or guess == "powershell.exe" else None
        if image is None:
            host = "cmd.exe" if re.search(r"[&|>]|%|echo|copy |type |del ", command.lower()) else "powershell.exe"
            image = image_of([("endswith", "\\" + host)], chooser, known)
            command = f"{host} {'/c' if host == 'cmd.exe' else '-Command'} {command.strip()}"
    if image is not None:
        event["Image"] = image
        event["OriginalFileName"] = original or (image.rsplit("\\", 1)[-1] if chooser.random() < 0.5 else "")
    if command is not None:
        event["CommandLine"] = command
    parent = image_of(fields.get("ParentImage", []), chooser, known)
    if parent is not None:
        event["ParentImage"] = parent
    parent_line = " ".join(text.strip() for _, text in fields.get("ParentCommandLine", []))
    if parent_line:
        if parent is None:
            parent = "C:\\Windows\\System32\\cmd.exe"
            event["ParentImage"] = parent
        event["ParentCommandLine"] = f"{parent} {parent_line}"
    for name in ("User", "IntegrityLevel"):
        if name in fields:
            event[name] = fields[name][0][1]
    return event
