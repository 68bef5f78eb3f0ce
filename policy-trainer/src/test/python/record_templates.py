"""Records what Jinja2, as transformers sets it up, makes of the templates in jinja/cases.json.

Usage: python record_templates.py [FILE]
Needs: transformers and jinja2. Adds "expected" or "fails" to every case of the file, in place; a case
whose recorded value differs stops the run, so that a change of Jinja2 is seen.
"""

import json
import pathlib
import sys

from transformers.utils.chat_template_utils import _compile_jinja_template

FILE = pathlib.Path(__file__).parent.parent / "resources/jinja/cases.json"


def outcome(template, variables):
    try:
        return {"expected": _compile_jinja_template(template).render(**variables)}
    except Exception:
        return {"fails": True}


def main(path):
    recorded = json.loads(path.read_text(encoding="utf-8"))
    for case in recorded["cases"]:
        now = outcome(case["template"], recorded["variables"])
        before = {key: value for key, value in case.items() if key != "template"}
        if before and before != now:
            sys.exit(f"{case['template']}: recorded {before}, now {now}")
        case.update(now)
    cases = ",\n".join(json.dumps(case) for case in recorded["cases"])
    path.write_text(
        '{\n"made_with": %s,\n"variables": %s,\n"cases": [\n%s\n]}\n'
        % (json.dumps(recorded["made_with"]), json.dumps(recorded["variables"]), cases),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FILE)
