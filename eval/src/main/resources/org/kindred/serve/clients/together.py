# One request for all processes of a trainer, the same in clients of trainers whose processes score in step.
def together(items, ask):
    """What `ask` says of the items of all processes, and this process's part of it. Rank 0 asks; a failure is everybody's.

    So the service sees a whole rollout at once, in one order, whatever process was first.
    """
    import torch.distributed as dist

    if not (dist.is_available() and dist.is_initialized()) or dist.get_world_size() == 1:
        results = ask(items)
        return results, results
    parts = [None] * dist.get_world_size()
    dist.all_gather_object(parts, items)
    said = [None, None]
    if dist.get_rank() == 0:
        try:
            said[0] = ask([one for part in parts for one in part])
        except Exception as e:
            said[1] = str(e) if isinstance(e, KindredError) else type(e).__name__
    dist.broadcast_object_list(said, src=0)
    if said[1] is not None:
        raise KindredError(said[1])
    before = sum(len(part) for part in parts[: dist.get_rank()])
    return said[0], said[0][before : before + len(items)]


def process_rank():
    import torch.distributed as dist

    return dist.get_rank() if dist.is_available() and dist.is_initialized() else 0


class Rollouts:
    """Keys of rollouts: (optimizer step, rollout within it), since accumulation makes several at one step."""

    def __init__(self):
        self._last = None

    def next(self, global_step):
        """The key of a rollout at this step; counted as done by `done`, so that a failed one keeps its key."""
        return [global_step, self._last[1] + 1 if self._last and self._last[0] == global_step else 0]

    def done(self, key):
        self._last = key

    def first(self):
        return self._last is None
