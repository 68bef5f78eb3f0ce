"""Kindred in slime: personalised rewards from `kindred serve`, taken as advantages as they are.

    kindred data export DATA --for slime --out prompts      # --prompt-data prompts/train.jsonl --input-key prompt
    kindred serve RUN --data DATA --port 8400               # KINDRED_URL, KINDRED_RUN, KINDRED_TOKEN in every Ray worker
    --custom-rm-path kindred_slime.reward --metadata-key metadata --apply-chat-template
    --disable-rewards-normalization
    with this file on the PYTHONPATH of the Ray workers

grpo, gspo and cispo divide by the standard deviation of each prompt by default: P-GRPO then does nothing, and they are
refused. A completion that could not be scored counts as its group's mean so far, 0.

Untested: read from slime 624b824; its function was called as slime calls it, without slime.
"""
#: service

import asyncio  # noqa: E402
import concurrent.futures  # noqa: E402

_CALLS = concurrent.futures.ThreadPoolExecutor(max_workers=int(os.environ.get("KINDRED_CONCURRENCY") or 64))
_state = {}


def check(args):
    """Refuses options under which the histories do nothing, and names what others lose."""
    if not getattr(args, "rewards_normalization", True) or getattr(args, "n_samples_per_prompt", 2) == 1:
        pass
    elif args.advantage_estimator in ("grpo", "gspo", "cispo") and getattr(args, "grpo_std_normalization", True):
        refuse(f"--advantage-estimator {args.advantage_estimator}", "--disable-rewards-normalization")
    elif args.advantage_estimator in ("grpo", "gspo", "cispo", "reinforce_plus_plus_baseline"):
        log.warning("kindred: slime %s; --disable-rewards-normalization keeps it", MEAN)
    if getattr(args, "normalize_advantages", False):
        log.warning("kindred: --normalize-advantages whitens over the batch; leave it out")


async def reward(args, samples, **_):
    """The normalised reward of a sample, or of each of a list; metadata holds the row's column kindred."""
    if "service" not in _state:
        check(args)
        _state["service"] = Kindred()
    many = samples if isinstance(samples, list) else [samples]
    items = [item(s.response, (s.metadata or {}).get("kindred")) for s in many]
    results = await asyncio.get_running_loop().run_in_executor(_CALLS, _state["service"].rewards, items, "stream")
    values = [r["reward"] if r["status"] == "scored" else 0.0 for r in results]
    return values if isinstance(samples, list) else values[0]
