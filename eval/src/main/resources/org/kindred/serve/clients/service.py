# The service, the same in every client: standard library only.
import email.utils
import http.client
import json
import logging
import math
import os
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
import zlib

log = logging.getLogger("kindred")

RETRIED = (408, 425, 429, 500, 502, 503, 504)


class KindredError(RuntimeError):
    """What no retry mends. Holds no prompt, completion or token."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None  # texts and token go to no other address


class Kindred:
    """`kindred serve` over HTTP; safe for many threads.

    url       else KINDRED_URL, else http://127.0.0.1:8400
    run       else KINDRED_RUN: the name under which the service keeps the histories of a training
    token     else KINDRED_TOKEN, where the service asks for one
    deadline  else KINDRED_DEADLINE, else 540: seconds of one call with all its retries. Less than the ten minutes
              after which collective operations of PyTorch give up
    """

    def __init__(self, url=None, run=None, token=None, deadline=None):
        self.url = (url or os.environ.get("KINDRED_URL") or "http://127.0.0.1:8400").rstrip("/")
        self.run = run or os.environ.get("KINDRED_RUN")
        self.deadline = float(deadline or os.environ.get("KINDRED_DEADLINE") or 540)
        self._token = (token or os.environ.get("KINDRED_TOKEN") or "").strip()
        parts = urllib.parse.urlsplit(self.url)
        if parts.username or parts.password:
            raise KindredError("KINDRED_URL holds a user or password; give the token by KINDRED_TOKEN alone")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise KindredError(f"KINDRED_URL = {self.url}: expected an address such as http://127.0.0.1:8400")
        if not self.run:
            raise KindredError("KINDRED_RUN is missing: name the training, since its histories are kept under that name")
        self._opener = urllib.request.build_opener(_NoRedirect)

    def rewards(self, items, normalise, **more):
        """One result for each of the items, in their order: {"status", "reward", "raw", "group", ..}.

        `reward` and `raw` are finite numbers where `status` is "scored", else `reward` is None and `reason` says why.
        """
        if not items:
            return []
        body = {"run": self.run, "normalise": normalise, "items": items, **more}
        answer = self.call("/v1/rewards", body)
        results = answer.get("results") if isinstance(answer, dict) else None
        if not isinstance(results, list):
            raise KindredError(f"{self.url}/v1/rewards answered without results: is it kindred serve?")
        by_id = {r.get("id"): r for r in results if isinstance(r, dict)}
        ordered = [by_id.get(item["id"]) for item in items]
        for at, result in enumerate(ordered):
            if result is None:
                raise KindredError(f"the service left out item {at + 1} of {len(items)}")
            if result.get("status") == "scored":
                for key in ("reward", "raw"):
                    if type(result.get(key)) not in (int, float) or not math.isfinite(result[key]):
                        raise KindredError(f"the service scored item {at + 1} without a finite {key}")
            else:
                result["reward"] = None
        return ordered

    def call(self, path, body):
        """The reply to a POST of JSON, asked again until the deadline while the service is busy or away."""
        data = json.dumps(body, allow_nan=False).encode("utf-8")
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._token:
            headers["Authorization"] = "Bearer " + self._token
        end = time.monotonic() + self.deadline
        attempt = 0
        while True:
            left = max(0.1, end - time.monotonic())
            wait = None
            try:
                request = urllib.request.Request(self.url + path, data, headers)
                with self._opener.open(request, timeout=left) as reply:
                    return json.loads(reply.read())
            except urllib.error.HTTPError as e:
                with e:
                    if e.code not in RETRIED:
                        raise KindredError(f"{self.url}{path} refused with {e.code}: {_reason(e)}") from None
                    last, wait = f"status {e.code}", _retry_after(e.headers.get("Retry-After"))
            except urllib.error.URLError as e:
                if isinstance(e.reason, ssl.SSLCertVerificationError):
                    raise KindredError(f"{self.url}: the certificate cannot be verified") from None
                last = f"no connection ({type(e.reason).__name__})"
            except (OSError, ValueError, http.client.HTTPException) as e:
                last = f"a broken reply ({type(e).__name__})"
            if wait is None:  # processes that fail together ask again apart
                spread = 0.5 + zlib.crc32(f"{os.getpid()} {attempt}".encode()) / 2**33
                wait = min(15.0, 0.1 * 2 ** min(attempt, 10)) * spread
            attempt += 1
            if time.monotonic() + wait >= end:
                raise KindredError(
                    f"{self.url}{path}: no answer within {self.deadline:g} s and {attempt} attempts, last {last};"
                    " is kindred serve running there? KINDRED_DEADLINE sets the seconds"
                )
            time.sleep(wait)


def _reason(error):
    try:
        return str(json.loads(error.read(4096))["error"])[:300]
    except Exception:
        return "no reason given"


def _retry_after(value):
    """Seconds that a Retry-After names, a number or a date; None if there is none."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def item(response, of, id=None):
    """One thing to score. `of`: user, prompt_id, prompt (text without the persona) and split of the data row."""
    if isinstance(of, str):
        of = json.loads(of)
    made = {"id": id or uuid.uuid4().hex, "response": response}
    for key in ("user", "prompt_id", "prompt", "split"):
        value = of.get(key) if isinstance(of, dict) else None
        if value is None or str(value) == "":
            raise KindredError(f"a data row has no {key}: kindred data export writes user, prompt_id, prompt and split")
        made[key] = str(value)
    if made["split"] not in ("train", "eval"):
        raise KindredError("split of a data row must be train or eval: rows of evaluation stay out of the histories")
    return made


def text_of(messages):
    """A text, or the contents of messages without those of the system."""
    if isinstance(messages, str):
        return messages
    return "\n".join(m["content"] for m in messages if m["role"] != "system")


def std_allowed():
    """Whether somebody wants plain GRPO by these rewards, for a comparison."""
    return os.environ.get("KINDRED_ALLOW_PROMPT_STD") == "1"


NOTHING = (
    "divides advantages by the standard deviation of each prompt, so that the groups' histories cancel and P-GRPO"
    " does nothing: this trains plain GRPO"
)
MEAN = (
    "takes the mean of each prompt off: rewards keep the scale of their group, but what a whole prompt is above or"
    " below the group's history is lost (Kindred's baseline: prompt_mean)"
)


def refuse(where, remedy):
    """Stops a training that would be plain GRPO without notice."""
    if not std_allowed():
        raise KindredError(f"{where} {NOTHING}. Set {remedy}. KINDRED_ALLOW_PROMPT_STD=1 trains it all the same")
    log.warning("kindred: %s %s", where, NOTHING)
