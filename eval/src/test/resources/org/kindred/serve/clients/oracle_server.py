"""A naive stand-in for `kindred serve`, and the oracle of what it must answer. Standard library only.

Judge: a number from 1 to 10 made of user and response; a response that holds "zz" is abstained from. Group: the user's.
History: all raw rewards of training rows, by (step, id); statistics are computed from the lists again each time.
"""
import hashlib
import http.server
import json
import statistics
import threading

EPSILON = 1e-8


def raw_of(user, response):
    digest = hashlib.sha256(f"{user}\0{response}".encode()).digest()
    points = 1 + 9 * int.from_bytes(digest[:6], "big") / 2**48
    return points / 3 if user.endswith("harsh") else points


def group_of(user):
    return "harsh" if user.endswith("harsh") else "mild"


def normalised(raw, history):
    """(r - mean) / population standard deviation of a group's history; 0 below two rewards, centred without spread."""
    if len(history) < 2:
        return 0.0
    spread = statistics.pstdev(history)
    centred = raw - statistics.fmean(history)
    return centred / spread if spread > EPSILON else centred


class State:
    """All rewards that training showed, by step and id, and the requests as they came."""

    def __init__(self):
        self.lock = threading.Lock()
        self.rows = {}  # (step, id) -> (group, raw)
        self.requests = []
        self.faults = []  # statuses to answer with, before or after the work: ("before"|"after", status, headers)

    def journal(self):
        """(step, group) -> raw rewards, sorted, so that two runs can be compared."""
        out = {}
        for (step, _), (group, raw) in self.rows.items():
            out.setdefault(f"{step}/{group}", []).append(raw)
        return {key: sorted(values) for key, values in sorted(out.items())}

    def rewards(self, body):
        mode, step = body["normalise"], tuple(body.get("step") or ())
        if step and body.get("resume"):
            self.rows = {key: row for key, row in self.rows.items() if key[0] < step}
        elif step and any(key[0] > step for key in self.rows):
            return 409, {"error": "an older step"}
        if mode == "batch" and body.get("batch_size") != len(body["items"]):
            return 400, {"error": "the oracle holds no replies"}
        scored = {}
        for item in body["items"]:
            if "zz" not in item["response"]:
                scored[item["id"]] = (group_of(item["user"]), raw_of(item["user"], item["response"]))
        earlier = [row for key, row in self.rows.items() if mode == "stream" or key[0] < step]
        if mode != "none":
            for item in body["items"]:
                if item["id"] in scored and item["split"] == "train":
                    self.rows[(step, item["id"])] = scored[item["id"]]
        seen = list(self.rows.values()) if mode == "batch" else earlier
        results = []
        for item in body["items"]:
            if item["id"] not in scored:
                results.append({"id": item["id"], "status": "abstained", "reason": "blank", "reward": None})
                continue
            group, raw = scored[item["id"]]
            reward = raw if mode == "none" else normalised(raw, [r for g, r in seen if g == group])
            results.append({"id": item["id"], "status": "scored", "raw": raw, "reward": reward, "group": group, "cold": False})
        return 200, {"results": results[::-1]}  # the order of replies is not promised


def serve(state, token=None):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with state.lock:
                if token and self.headers.get("Authorization") != "Bearer " + token:
                    return self.reply(401, {"error": "the token is wrong"})
                fault = state.faults.pop(0) if state.faults else None
                if fault and fault[0] == "before":
                    return self.reply(fault[1], {"error": "busy"}, fault[2])
                state.requests.append(body)
                status, answer = state.rewards(body)
                if fault:
                    return self.reply(fault[1], {"error": "lost"}, fault[2])
                return self.reply(status, answer)

        def reply(self, status, answer, headers=()):
            data = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"
