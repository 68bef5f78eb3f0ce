"""Kindred in ms-swift: personalised rewards from `kindred serve`, in the scale of each group's history.

    kindred data export DATA --for ms-swift --out prompts   # --dataset prompts/train.jsonl --val_dataset prompts/eval.jsonl
    kindred serve RUN --data DATA --port 8400
    export KINDRED_URL=http://host:8400 KINDRED_RUN=mine
    swift rlhf --rlhf_type grpo --external_plugins kindred_ms_swift.py --reward_funcs kindred --scale_rewards none ...
    a token of the service: export KINDRED_TOKEN=...

--scale_rewards group, the default, divides by the standard deviation of each prompt: P-GRPO then does nothing, and it is
refused. With none ms-swift still takes the prompt's mean off (Kindred's baseline: prompt_mean). It makes a missing reward 0,
which is what is sent: the group's mean so far.

Its reward function was run with a stand-in for the package ms-swift 4.6.0; the trainer as a whole was read, not run.
"""
#: service
#: together

from swift.rewards import ORM, orms  # noqa: E402


def check(args):
    """Refuses a configuration under which the histories do nothing, and names what another one loses."""
    estimator = getattr(args, "advantage_estimator", "grpo")
    scale = getattr(args, "scale_rewards", None)
    if scale is None:
        scale = {"rloo": "none", "reinforce_plus_plus": "batch"}.get(estimator, "group")
    if scale in ("group", "gdpo"):
        refuse(f"--scale_rewards {scale}", "--scale_rewards none")
    else:
        log.warning("kindred: ms-swift %s", MEAN)


class KindredReward(ORM):
    """A reward function of ms-swift; columns user, prompt_id, prompt_text and split as exported."""

    def __init__(self, args=None, **kwargs):
        super().__init__(args, **kwargs)
        if args is not None:
            check(args)
        self.service, self.rollouts = Kindred(), Rollouts()

    def __call__(self, completions, user=None, prompt_id=None, prompt_text=None, split=None, messages=None,
                 trainer_state=None, **_):
        columns = {"user": user, "prompt_id": prompt_id, "prompt": prompt_text or self._prompts(messages), "split": split}
        rank = process_rank()
        items = [
            item(text, {k: c[i] if c else None for k, c in columns.items()}, f"{rank:04d}/{i:06d}")
            for i, text in enumerate(completions)
        ]
        if trainer_state is None:  # Megatron: no step is known
            for one in items:
                one["id"] = uuid.uuid4().hex
            mine = self.service.rewards(items, "stream")
        elif all(one["split"] == "eval" for one in items):
            mine = together(items, lambda asked: self.service.rewards(asked, "none"))[1]
        else:
            key = self.rollouts.next(trainer_state.global_step)
            resume = self.rollouts.first()
            mine = together(
                items, lambda asked: self.service.rewards(asked, "frozen", step=key, resume=resume)
            )[1]
            self.rollouts.done(key)
        return [r["reward"] if r["status"] == "scored" else 0.0 for r in mine]

    @staticmethod
    def _prompts(messages):
        """Prompts of dialogues whose last turn is the completion."""
        return messages and [text_of(m[:-1] if m[-1]["role"] == "assistant" else m) for m in messages]


orms["kindred"] = KindredReward
