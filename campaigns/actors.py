"""The jobs of this floor, each a line that names the function it calls. Registered by `worker.equip`."""

from __future__ import annotations

from campaigns import dispatch
from outreach import jobs
from outreach.house import House


def register(house: House) -> None:
    """Put this floor's actors on the house's broker."""

    def sweep_campaigns() -> None:
        dispatch.sweep(house)

    def fan_out(campaign_id: int) -> None:
        dispatch.fan_out(house, campaign_id)

    def send_slice(campaign_id: int, lane: int = 0) -> None:
        # `lane` only tells several slices asked for at once apart
        dispatch.send_slice(house, campaign_id)

    for actor in (sweep_campaigns, fan_out, send_slice):
        jobs.register(house.broker, actor, name=actor.__name__)
